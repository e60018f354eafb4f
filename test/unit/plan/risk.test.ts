import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/model/json.js";
import type { Kind } from "../../../src/model/resources.js";
import { compareSpecs, overallRisk } from "../../../src/plan/risk.js";

function risk(kind: Kind, before: JsonObject, after: JsonObject): string {
  return overallRisk(compareSpecs(kind, before, after));
}

describe("the risk of a treaty's change", () => {
  const cases: readonly (readonly [string, JsonObject, JsonObject, string])[] = [
    ["one more role", { allowed_roles: ["a"] }, { allowed_roles: ["a", "b"] }, "widens"],
    ["one role less", { allowed_roles: ["a", "b"] }, { allowed_roles: ["a"] }, "reduces"],
    ["another role instead", { allowed_roles: ["a"] }, { allowed_roles: ["b"] }, "widens"],
    [
      "no role named any more, which may be read as any",
      { allowed_roles: ["a"] },
      { allowed_roles: [] },
      "widens",
    ],
    ["a role named where none was", { allowed_roles: [] }, { allowed_roles: ["a"] }, "reduces"],
    ["one more key", { subject_public_keys: ["k"] }, { subject_public_keys: ["k", "l"] }, "widens"],
    [
      "one key less",
      { subject_public_keys: ["k", "l"] },
      { subject_public_keys: ["k"] },
      "reduces",
    ],
    [
      "one more status",
      { accepted_statuses: ["active"] },
      { accepted_statuses: ["active", "suspended"] },
      "widens",
    ],
    ["a longer validity", { validity: { seconds: 1 } }, { validity: { seconds: 2 } }, "widens"],
    ["a shorter validity", { validity: { seconds: 2 } }, { validity: { seconds: 1 } }, "reduces"],
    [
      "a later end",
      { validity: { until: "2026-12-01T00:00:00Z" } },
      { validity: { until: "2026-12-01T00:00:00.000001Z" } },
      "widens",
    ],
    [
      "an earlier start",
      { validity: { from: "2026-12-02T00:00:00Z" } },
      { validity: { from: "2026-12-01T00:00:00Z" } },
      "widens",
    ],
    [
      "an end of another kind, which cannot be compared",
      { validity: { seconds: 1, until: null } },
      { validity: { seconds: null, until: "2026-12-01T00:00:00Z" } },
      "widens",
    ],
    ["metadata, which is never a trust input", { metadata: {} }, { metadata: { a: 1 } }, "keeps"],
    ["claims, whose meaning we do not know", { claims: { a: 1 } }, { claims: {} }, "widens"],
    [
      "a role less and a key more",
      { allowed_roles: ["a", "b"], subject_public_keys: ["k"] },
      { allowed_roles: ["a"], subject_public_keys: ["k", "l"] },
      "widens",
    ],
    ["nothing", { allowed_roles: ["a"] }, { allowed_roles: ["a"] }, "keeps"],
  ];
  test.each(cases)("%s", (_name, before, after, expected) => {
    expect(risk("RecognitionTreaty", before, after)).toBe(expected);
  });
});

describe("the risk of other changes", () => {
  const cases: readonly (readonly [string, Kind, JsonObject, JsonObject, string])[] = [
    ["a higher tier", "OperatorKey", { tier: "read" }, { tier: "privileged" }, "widens"],
    ["a lower tier", "OperatorKey", { tier: "privileged" }, { tier: "standard" }, "reduces"],
    ["a retired key", "OperatorKey", { state: "active" }, { state: "retired" }, "reduces"],
    ["a key used again", "OperatorKey", { state: "retired" }, { state: "active" }, "widens"],
    [
      "a key valid for ever",
      "OperatorKey",
      { valid_until: "2026-12-01T00:00:00Z" },
      { valid_until: null },
      "widens",
    ],
    ["another public key", "OperatorKey", { public_key: "a" }, { public_key: "b" }, "widens"],
    ["another holder", "OperatorKey", { holder: "a" }, { holder: "b" }, "keeps"],
    [
      "a looser removal limit",
      "Authority",
      { policy: { removals: { count: 3 } } },
      { policy: { removals: { count: 4 } } },
      "widens",
    ],
    [
      "a tighter removal limit",
      "Authority",
      { policy: { removals: { count: 3 } } },
      { policy: { removals: { count: 2 } } },
      "reduces",
    ],
    [
      "fewer approvals",
      "Authority",
      { policy: { approvals: { widens: 2 } } },
      { policy: { approvals: { widens: 1 } } },
      "widens",
    ],
    [
      "a freeze lifted",
      "Authority",
      { policy: { freeze: [1] } },
      { policy: { freeze: [] } },
      "widens",
    ],
    [
      "one more recognised issuer",
      "RecognitionPolicy",
      { recognized_issuers: {} },
      { recognized_issuers: { X: { public_keys: ["k"] } } },
      "widens",
    ],
    [
      "one issuer less",
      "RecognitionPolicy",
      { recognized_issuers: { X: {} } },
      { recognized_issuers: {} },
      "reduces",
    ],
    [
      "a role less for an issuer",
      "RecognitionPolicy",
      { recognized_issuers: { X: { allowed_roles: ["a", "b"] } } },
      { recognized_issuers: { X: { allowed_roles: ["a"] } } },
      "reduces",
    ],
    [
      "one more refused attestation",
      "RecognitionPolicy",
      { revoked_attestation_ids: [] },
      { revoked_attestation_ids: ["x"] },
      "reduces",
    ],
    [
      "one refused attestation less",
      "RecognitionPolicy",
      { revoked_attestation_ids: ["x"] },
      { revoked_attestation_ids: [] },
      "widens",
    ],
    ["a feed no longer accepted", "RevocationFeed", { accept: true }, { accept: false }, "widens"],
  ];
  test.each(cases)("%s", (_name, kind, before, after, expected) => {
    expect(risk(kind, before, after)).toBe(expected);
  });
});
