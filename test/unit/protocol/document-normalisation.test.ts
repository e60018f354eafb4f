import { expect, describe, test } from "vitest";
import type { JsonObject } from "../../../src/model/json.js";
import {
  bodyJson,
  documentJson,
  parseAttestation,
  parseFeed,
  parseGenesis,
  parseTreaty,
  signedBytes,
} from "../../../src/protocol/documents.js";
import { parseJson } from "../../../src/protocol/json.js";
import { attestation, feed, genesis, treaty } from "./signer.js";

describe("normalisation", () => {
  test("a treaty's defaults", () => {
    const { body } = parseTreaty(without(bodyJson(treaty), "scope", "status", "metadata"));
    expect(body).toMatchObject({
      scope: { allowed_roles: [], accepted_statuses: ["active"], claims: {} },
      status: "active",
      metadata: {},
    });
    expect(parseTreaty({ ...bodyJson(treaty), scope: {} }).body.scope).toEqual(body.scope);
  });

  test("an attestation's defaults", () => {
    const { body } = parseAttestation(
      without(bodyJson(attestation), "roles", "status", "claims", "subject_public_key"),
    );
    expect(body).toMatchObject({
      roles: [],
      status: "active",
      claims: {},
      subject_public_key: null,
    });
    expect(Buffer.from(signedBytes(body)).toString()).toContain('"subject_public_key":null');
  });

  test("a genesis's defaults", () => {
    const { body } = parseGenesis({
      ...without(
        bodyJson(genesis),
        "allowed_crypto_suites",
        "allowed_transports",
        "bootstrap_anchors",
      ),
      policy_manifest: { hash: "sha256:none" },
    });
    expect(body).toEqual(genesis);
  });

  test("times take their normal form, so both spellings verify", () => {
    const times = {
      issued_at: "2026-01-01T00:00:00+00:00",
      valid_from: "2026-01-01T00:00:00.000Z",
      expires_at: "2026-03-01T00:00:00-00:00",
    };
    expect(parseTreaty({ ...bodyJson(treaty), ...times }).body).toEqual(treaty);
    const { body } = parseTreaty({
      ...bodyJson(treaty),
      expires_at: "2026-03-01T00:00:00.5+01:00",
    });
    expect(body.expires_at).toBe("2026-03-01T00:00:00.500000+01:00");
  });

  test("a feed's ids are a set, sorted by code point", () => {
    const ids = ["b", "\u{1f600}", "a", "\ue000", "b"];
    const { body } = parseFeed({
      ...bodyJson(feed),
      revoked_attestation_ids: ids,
      revoked_grant_ids: ["z", "y", "z"],
    });
    expect(body.revoked_attestation_ids).toEqual(["a", "b", "\ue000", "\u{1f600}"]);
    expect(body.revoked_grant_ids).toEqual(["y", "z"]);
  });

  test("grants are signed when a feed carries them, even none, and left out otherwise", () => {
    for (const absent of [
      without(bodyJson(feed), "revoked_grant_ids"),
      { ...bodyJson(feed), revoked_grant_ids: null },
    ]) {
      expect(documentJson(parseFeed(absent))).not.toContain("revoked_grant_ids");
    }
    expect(documentJson(parseFeed({ ...bodyJson(feed), revoked_grant_ids: [] }))).toContain(
      '"revoked_grant_ids":[]',
    );
  });

  test("lists that are not sets keep their order", () => {
    const roles = ["role:z", "role:a", "role:z"];
    expect(parseAttestation({ ...bodyJson(attestation), roles }).body.roles).toEqual(roles);
  });

  test("floats and big integers of free content are signed as they came", () => {
    const metadata = parseJson('{"ratio":1.0,"big":18446744073709551615,"__proto__":{"a":1}}');
    const bytes = signedBytes(parseTreaty({ ...bodyJson(treaty), metadata }).body);
    expect(Buffer.from(bytes).toString()).toContain(
      '"metadata":{"__proto__":{"a":1},"big":18446744073709551615,"ratio":1.0}',
    );
  });

  test("a sequence may be any integer up to 2^64 - 1", () => {
    expect(parseFeed({ ...bodyJson(feed), sequence: 2n ** 64n - 1n }).body.sequence).toBe(
      2n ** 64n - 1n,
    );
    expect(parseFeed({ ...bodyJson(feed), sequence: 0 }).body.sequence).toBe(0);
  });
});

function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
