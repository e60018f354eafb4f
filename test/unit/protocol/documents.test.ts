import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/model/json.js";
import { JsonFloat } from "../../../src/model/json.js";
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
import { pointerOf } from "./expectations.js";
import { attestation, feed, genesis, signed, signer, treaty } from "./signer.js";

const key = signer("south");

function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

const KINDS = [
  ["a treaty", parseTreaty, bodyJson(treaty), signed(treaty, key)],
  ["an attestation", parseAttestation, bodyJson(attestation), signed(attestation, key)],
  ["a feed", parseFeed, bodyJson(feed), signed(feed, key)],
  ["a genesis", parseGenesis, bodyJson(genesis), signed(genesis, key, signer("another"))],
] as const;

describe.each(KINDS)("%s", (_name, parse, json, document) => {
  test("reads back from its stored form as the same value", () => {
    const stored = parse(parseJson(documentJson(document)));
    expect(stored).toEqual(document);
    expect(documentJson(stored)).toBe(documentJson(document));
    expect(signedBytes(stored.body)).toEqual(signedBytes(document.body));
  });

  test("what is signed is what is stored, without the signatures", () => {
    const { signatures, ...rest } = JSON.parse(documentJson(document));
    expect(signatures).toEqual(document.signatures);
    expect(JSON.parse(Buffer.from(signedBytes(document.body)).toString())).toEqual(rest);
  });

  test("unknown fields are dropped, in signatures too", () => {
    const signature = { key_id: "a", sig: "b", alg: "none" };
    expect(parse({ ...json, extra: 1, signatures: [signature] })).toEqual(
      parse({ ...json, signatures: [{ key_id: "a", sig: "b" }] }),
    );
  });

  test("signatures may be absent", () => {
    expect(parse(json).signatures).toEqual([]);
  });

  test.each([
    ["a list", []],
    ["text", "{}"],
    ["null", null],
    ["a float", new JsonFloat(1)],
  ])("is not %s", (_kind, value) => {
    expect(pointerOf(() => parse(value))).toEqual({ pointer: "" });
  });

  test("every field without a default must be there, and no field takes another type", () => {
    const defaults = [
      "scope",
      "status",
      "metadata",
      "claims",
      "roles",
      "subject_public_key",
      "revoked_attestation_ids",
      "revocation_reasons",
    ];
    const optional = new Set([
      ...defaults,
      "allowed_crypto_suites",
      "allowed_transports",
      "bootstrap_anchors",
    ]);
    for (const name of Object.keys(json)) {
      expect(
        pointerOf(() => parse(without(json, name))),
        name,
      ).toEqual(optional.has(name) ? null : { pointer: `/${name}` });
      for (const value of [1.5, true, 12n].map((plain) =>
        typeof plain === "number" ? new JsonFloat(plain) : plain,
      )) {
        if (name === "sequence" && typeof value === "bigint") continue;
        expect(
          pointerOf(() => parse({ ...json, [name]: value })),
          name,
        ).toEqual({ pointer: `/${name}` });
      }
    }
  });

  test.each([
    ["no list", {}, "/signatures"],
    ["null", null, "/signatures"],
    ["a signature that is text", ["sig"], "/signatures/0"],
    ["no key_id", [{ sig: "" }], "/signatures/0/key_id"],
    ["no sig", [{ key_id: "", sig: "" }, { key_id: "" }], "/signatures/1/sig"],
    ["a sig that is null", [{ key_id: "", sig: null }], "/signatures/0/sig"],
  ])("refuses signatures: %s", (_kind, signatures, pointer) => {
    expect(pointerOf(() => parse({ ...json, signatures }))).toEqual({ pointer });
  });
});
