import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/model/json.js";
import { JsonFloat } from "../../../src/model/json.js";
import { bodyJson, parseFeed, parseGenesis, parseTreaty } from "../../../src/protocol/documents.js";
import { pointerOf } from "./expectations.js";
import { feed, genesis, treaty } from "./signer.js";

describe("faults", () => {
  test.each<
    [string, typeof parseTreaty | typeof parseFeed | typeof parseGenesis, JsonValue, string]
  >([
    [
      "no subject key",
      parseTreaty,
      { ...bodyJson(treaty), subject_public_keys: [] },
      "/subject_public_keys",
    ],
    [
      "a subject key that is a number",
      parseTreaty,
      { ...bodyJson(treaty), subject_public_keys: ["a", 1] },
      "/subject_public_keys/1",
    ],
    ["an unknown status", parseTreaty, { ...bodyJson(treaty), status: "paused" }, "/status"],
    ["a status that is null", parseTreaty, { ...bodyJson(treaty), status: null }, "/status"],
    [
      "an unknown accepted status",
      parseTreaty,
      { ...bodyJson(treaty), scope: { accepted_statuses: ["x"] } },
      "/scope/accepted_statuses/0",
    ],
    [
      "roles that are text",
      parseTreaty,
      { ...bodyJson(treaty), scope: { allowed_roles: "role:client" } },
      "/scope/allowed_roles",
    ],
    ["a scope that is null", parseTreaty, { ...bodyJson(treaty), scope: null }, "/scope"],
    [
      "claims that are a list",
      parseTreaty,
      { ...bodyJson(treaty), scope: { claims: [] } },
      "/scope/claims",
    ],
    [
      "a time without a zone",
      parseTreaty,
      { ...bodyJson(treaty), issued_at: "2026-01-01T00:00:00" },
      "/issued_at",
    ],
    [
      "a window that ends as it begins",
      parseTreaty,
      { ...bodyJson(treaty), valid_from: treaty.expires_at },
      "/expires_at",
    ],
    [
      "issued after it expires",
      parseTreaty,
      { ...bodyJson(treaty), issued_at: "2026-03-01T00:00:00.000001Z" },
      "/issued_at",
    ],
    [
      "a reason for what is not revoked",
      parseFeed,
      { ...bodyJson(feed), revocation_reasons: { x: "y" } },
      "/revocation_reasons",
    ],
    [
      "a reason that is no text",
      parseFeed,
      { ...bodyJson(feed), revocation_reasons: { "a/b~": 1 } },
      "/revocation_reasons/a~1b~0",
    ],
    ["a negative sequence", parseFeed, { ...bodyJson(feed), sequence: -1 }, "/sequence"],
    [
      "a sequence that is a float",
      parseFeed,
      { ...bodyJson(feed), sequence: new JsonFloat(7) },
      "/sequence",
    ],
    ["a sequence that is text", parseFeed, { ...bodyJson(feed), sequence: "7" }, "/sequence"],
    [
      "an authority without a key",
      parseGenesis,
      { ...bodyJson(genesis), network_authority: {} },
      "/network_authority/public_key",
    ],
    [
      "a policy hash that is null",
      parseGenesis,
      { ...bodyJson(genesis), policy_manifest: { hash: null } },
      "/policy_manifest/hash",
    ],
    [
      "an anchor without an endpoint",
      parseGenesis,
      { ...bodyJson(genesis), bootstrap_anchors: [{ id: "a" }] },
      "/bootstrap_anchors/0/endpoint",
    ],
  ])("%s", (_name, parse, json, pointer) => {
    expect(pointerOf(() => parse(json))).toEqual({ pointer });
  });

  test("a treaty may be issued at the very moment it expires", () => {
    expect(parseTreaty({ ...bodyJson(treaty), issued_at: treaty.expires_at }).body.issued_at).toBe(
      treaty.expires_at,
    );
  });

  test("a field that only the prototype has is missing", () => {
    const inherited: JsonObject = Object.create(bodyJson(treaty));
    expect(pointerOf(() => parseTreaty(inherited))).toEqual({ pointer: "/expires_at" });
  });
});
