import { expect, test } from "vitest";
import { documentJson } from "../../../src/protocol/documents.js";
import { signDocument } from "../../../src/sign/sign-document.js";
import { signedFeed } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { compileWith, faultsOf, GLOBEX, yaml } from "./trust-tree.js";
import type { Changes } from "./trust-tree.js";

function revocation(name: string, spec: string): Changes {
  return { [`revocations/${name}.yaml`]: yaml("Revocation", name, spec) };
}

function feed(name: string, file: string, issuer = "globex"): Changes {
  return {
    [`feeds/${name}.yaml`]: yaml(
      "RevocationFeed",
      name,
      `issuer: ${issuer}\nfile: ${file}\naccept: true\n`,
    ),
  };
}

test("a revocation keeps its target as it was given, and the key id of an operator key", () => {
  const spare = `keyId: spare-key\npublicKey: ${keyOf("operator spare").publicKey}\ntier: standard\nholder: a spare\n`;
  const { desired, diagnostics } = compileWith({
    "operators/spare.yaml": yaml("OperatorKey", "spare", spare),
    ...revocation(
      "a",
      "target: {kind: RecognitionTreaty, name: globex}\nreason: relationship ended\nincident: INC-1\n",
    ),
    ...revocation("b", "target: {kind: OperatorKey, name: spare}\nreason: lost\n"),
    ...revocation("c", "target: {kind: OperatorKey, id: long-gone}\nreason: lost\n"),
  });
  expect(diagnostics).toEqual([]);
  expect(desired?.revocations).toMatchObject([
    {
      name: "a",
      targetKind: "RecognitionTreaty",
      targetName: "globex",
      targetId: null,
      reason: "relationship ended",
      incident: "INC-1",
    },
    {
      name: "b",
      targetKind: "OperatorKey",
      targetName: "spare",
      targetId: "spare-key",
      incident: null,
    },
    { name: "c", targetKind: "OperatorKey", targetName: null, targetId: "long-gone" },
    {
      name: "old",
      targetKind: "RecognitionTreaty",
      targetName: null,
      targetId: "00000000-0000-4000-8000-000000000001",
    },
  ]);
});

test.each([
  ["RecognitionTreaty", "globx", "did you mean globex?"],
  ["MembershipAttestation", "globex", "known here: member"],
  ["OperatorKey", "operator-root", "known here: root"],
])(
  "a target of kind %s that is not in the tree is refused when given by name",
  (kind, name, hint) => {
    const { diagnostics } = compileWith(
      revocation("r", `target: {kind: ${kind}, name: ${name}}\nreason: gone\n`),
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(["unknown_reference"]);
    expect(diagnostics[0]?.hint).toBe(hint);
  },
);

test("one target is revoked once", () => {
  const twice = {
    ...revocation("a", "target: {kind: RecognitionTreaty, name: globex}\nreason: first\n"),
    ...revocation("b", "target: {kind: RecognitionTreaty, name: globex}\nreason: second\n"),
  };
  expect(faultsOf(compileWith(twice))).toEqual(["revocations/b.yaml:6:11 duplicate_revocation"]);
  const others = {
    ...revocation("a", "target: {kind: RecognitionTreaty, id: same}\nreason: first\n"),
    ...revocation("b", "target: {kind: MembershipAttestation, id: same}\nreason: second\n"),
    ...revocation("c", "target: {kind: RecognitionTreaty, name: globex}\nreason: third\n"),
  };
  expect(faultsOf(compileWith(others))).toEqual([]);
});

test("an operator key is one target by name and by its key id", () => {
  const spare = `keyId: spare-key\npublicKey: ${keyOf("operator spare").publicKey}\ntier: standard\nholder: a spare\n`;
  const changes = {
    "operators/spare.yaml": yaml("OperatorKey", "spare", spare),
    ...revocation("a", "target: {kind: OperatorKey, name: spare}\nreason: first\n"),
    ...revocation("b", "target: {kind: OperatorKey, id: spare-key}\nreason: second\n"),
  };
  expect(faultsOf(compileWith(changes))).toEqual(["revocations/b.yaml:6:11 duplicate_revocation"]);
});

test("a feed is resolved as verified, accepted or not", () => {
  const signed = signedFeed("globex", 1, ["a-1"]);
  expect(compileWith().desired?.feeds).toMatchObject([
    { name: "globex", issuerSovereignId: "GLOBEX", feed: signed, accept: true },
  ]);
  const refused = yaml(
    "RevocationFeed",
    "globex",
    "issuer: globex\nfile: documents/globex-1.json\naccept: false\n",
  );
  expect(compileWith({ "feeds/globex.yaml": refused }).desired?.feeds).toMatchObject([
    { feed: signed, accept: false },
  ]);
});

const STRANGER = documentJson(
  signDocument(signedFeed("globex", 1, ["a-1"]).body, "k", keyOf("stranger")),
);

test.each<[what: string, changes: Changes, faults: readonly string[]]>([
  [
    "is not in the tree",
    { "documents/globex-1.json": null },
    ["feeds/globex.yaml:7:9 missing_document"],
  ],
  ["is not a feed", { "documents/globex-1.json": "[]" }, ["feeds/globex.yaml:7:9 bad_document"]],
  [
    "is signed by a stranger",
    { "documents/globex-1.json": STRANGER },
    ["feeds/globex.yaml:7:9 feed_signature"],
  ],
  [
    "is not signed",
    {
      "documents/globex-1.json": documentJson({
        ...signedFeed("globex", 1, ["a-1"]),
        signatures: [],
      }),
    },
    ["feeds/globex.yaml:7:9 feed_signature"],
  ],
  [
    "was changed after it was signed",
    {
      "documents/globex-1.json": documentJson(signedFeed("globex", 1, ["a-1"])).replace(
        "a-1",
        "a-2",
      ),
    },
    ["feeds/globex.yaml:7:9 feed_signature"],
  ],
  [
    "is another sovereign's",
    { "documents/globex-1.json": documentJson(signedFeed("initech", 1, [])) },
    ["feeds/globex.yaml:6:11 feed_issuer_mismatch"],
  ],
  [
    "is of a sovereign that nobody knows",
    feed("globex", "documents/globex-1.json", "initech"),
    ["feeds/globex.yaml:6:11 unknown_reference"],
  ],
  [
    "stands in another feed resource too",
    feed("other", "documents/globex-1.json"),
    ["feeds/other.yaml:7:9 duplicate_feed"],
  ],
  [
    "has the id of another",
    {
      ...feed("other", "documents/copy.json"),
      "documents/copy.json": documentJson(signedFeed("globex", 2, [], "feed-globex-1")),
    },
    ["feeds/other.yaml:7:9 duplicate_feed"],
  ],
])("a feed that %s is refused", (_, changes, expected) => {
  const result = compileWith(changes);
  expect(faultsOf(result)).toEqual(expected);
  expect(result.desired).toBeNull();
});

test("a feed is believed under any key of its issuer", () => {
  const keys = `${GLOBEX}  - ${keyOf("stranger").publicKey}\n`;
  const changes = {
    "sovereigns/globex.yaml": yaml("Sovereign", "globex", keys),
    "documents/globex-1.json": STRANGER,
  };
  expect(faultsOf(compileWith(changes))).toEqual([]);
});
