import { expect, test } from "vitest";
import { documentJson } from "../../../src/protocol/documents.js";
import { signDocument } from "../../../src/sign/sign-document.js";
import { genesis, OWN } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { AUTHORITY, compileOnly, compileWith, faultsOf, yaml } from "./trust-tree.js";
import type { Changes } from "./trust-tree.js";

function faults(changes: Changes): readonly string[] {
  return faultsOf(compileWith(changes));
}

function authority(spec: string): Changes {
  return { "authority.yaml": yaml("Authority", "acme", spec) };
}

test("the policy has the defaults of the design where the resource says nothing", () => {
  expect(compileWith().desired?.authority).toMatchObject({
    name: "acme",
    sovereignId: OWN,
    keyId: "acme-1",
    publicKey: keyOf("authority").publicKey,
    genesis: genesis(),
    endpoint: null,
    policy: {
      removals: { count: 3, percent: 10 },
      lostPaths: { count: 10, percent: 20 },
      approvals: { reduces: 0, keeps: 0, widens: 0 },
      freeze: [],
      unmanaged: "report",
      selfHeal: "deny-only",
      maxValidity: { treaty: 8784 * 3600, attestation: 8784 * 3600 },
      maxSequenceJump: 10_000,
    },
  });
});

test("what the policy says replaces its default field by field", () => {
  const policy = `endpoint: https://acme.example
policy:
  removals: {percent: 50}
  approvals: {widens: 2}
  freeze: [{from: "2026-12-24T00:00:00+01:00", until: "2027-01-02T00:00:00Z", reason: the year ends}]
  selfHeal: "off"
  maxValidity: {treaty: 30d}
  maxSequenceJump: 5
`;
  const { desired, diagnostics } = compileWith(authority(AUTHORITY + policy));
  expect(diagnostics).toEqual([]);
  expect(desired?.authority).toMatchObject({
    endpoint: "https://acme.example",
    policy: {
      removals: { count: 3, percent: 50 },
      approvals: { reduces: 0, keeps: 0, widens: 2 },
      freeze: [
        {
          from: "2026-12-23T23:00:00Z",
          until: "2027-01-02T00:00:00Z",
          reason: "the year ends",
        },
      ],
      selfHeal: "off",
      maxValidity: { treaty: 30 * 86_400, attestation: 8784 * 3600 },
      maxSequenceJump: 5,
    },
  });
});

test("a tree without an Authority, or with two, is refused", () => {
  expect(faults({ "authority.yaml": null, "documents/genesis.json": null })).toEqual([
    ".:1:1 missing_authority",
  ]);
  const { diagnostics } = compileWith({ "second.yaml": yaml("Authority", "other", AUTHORITY) });
  expect(faultsOf({ diagnostics })).toEqual(["second.yaml:2:7 duplicate_authority"]);
  expect(diagnostics[0]?.message).toContain("authority.yaml:1");
});

test.each<[what: string, changes: Changes, faults: readonly string[]]>([
  ["is missing", { "documents/genesis.json": null }, ["authority.yaml:9:12 missing_document"]],
  ["is not JSON", { "documents/genesis.json": "{" }, ["authority.yaml:9:12 bad_document"]],
  [
    "has a key twice",
    { "documents/genesis.json": '{"a": 1, "a": 2}' },
    ["authority.yaml:9:12 bad_document"],
  ],
  ["is another document", { "documents/genesis.json": "{}" }, ["authority.yaml:9:12 bad_document"]],
  [
    "is not signed",
    { "documents/genesis.json": documentJson({ ...genesis(), signatures: [] }) },
    ["authority.yaml:9:12 genesis_signature"],
  ],
  [
    "is signed by another key than its root",
    {
      "documents/genesis.json": documentJson(
        signDocument(genesis().body, "root", keyOf("stranger")),
      ),
    },
    ["authority.yaml:9:12 genesis_signature"],
  ],
  [
    "was changed after it was signed",
    { "documents/genesis.json": documentJson(genesis()).replace("v0.1", "v0.2") },
    ["authority.yaml:9:12 genesis_signature"],
  ],
  [
    "names another authority key",
    { "documents/genesis.json": documentJson(genesis("stranger")) },
    ["authority.yaml:8:14 authority_key_mismatch"],
  ],
  [
    "is of another network",
    authority(AUTHORITY.replace(OWN, "OTHER")),
    ["authority.yaml:9:12 genesis_name_mismatch"],
  ],
])("a genesis that %s is refused", (_, changes, expected) => {
  const result = compileWith(changes);
  expect(faultsOf(result)).toEqual(expected);
  expect(result.desired).toBeNull();
});

test("a missing document is looked for under a similar name", () => {
  const { diagnostics } = compileWith(authority(AUTHORITY.replace("genesis.json", "genisis.json")));
  expect(diagnostics.map(({ code, hint }) => `${code}: ${hint}`)).toEqual([
    "missing_document: did you mean documents/genesis.json?",
    "unreferenced_document: remove it, or refer to it from an Authority or a RevocationFeed",
  ]);
});

test.each([
  ["of small order", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
  ["not on the curve", "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
  ["not canonical base64", "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbh="],
])("an authority key that is %s is refused", (_, key) => {
  const changed = AUTHORITY.replace(keyOf("authority").publicKey, key);
  expect(faults(authority(changed))).toEqual(["authority.yaml:8:14 bad_public_key"]);
});

test("times that do not exist, and windows that end before they begin, are refused", () => {
  const policy = `policy:
  freeze:
    - {from: "2026-02-30T00:00:00Z", until: "2026-03-01T00:00:00Z", reason: no such day}
    - {from: "2026-03-01T00:00:00Z", until: "2026-03-01T00:00:00+00:00", reason: no time at all}
`;
  expect(faults(authority(AUTHORITY + policy))).toEqual([
    "authority.yaml:12:16 bad_time",
    "authority.yaml:13:47 bad_validity",
  ]);
});

test("a faulty Authority is not reported as missing, nor is its genesis as unreferenced", () => {
  expect(faults(authority(AUTHORITY.replace("keyId: acme-1", "keyId: two words")))).toEqual([
    "authority.yaml:7:10 bad_format",
  ]);
});

test("an Authority alone locks everyone out", () => {
  const files = {
    "authority.yaml": yaml("Authority", "acme", AUTHORITY),
    "documents/genesis.json": documentJson(genesis()),
  };
  expect(faultsOf(compileOnly(files))).toEqual([".:1:1 self_lockout"]);
});
