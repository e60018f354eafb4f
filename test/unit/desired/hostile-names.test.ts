/** No name can carry markup or an order to a terminal: the grammar knows none of their characters. */
import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { parseFile } from "../../../src/desired/parse.js";
import { keyOf } from "../../helpers/keys.js";

/** A sovereign and a treaty with it, whose texts are JSON strings, which YAML reads as they stand. */
function codesOf(name: string, sovereignId = "GLOBEX"): readonly string[] {
  const text = [
    "apiVersion: concordat/v1",
    "kind: Sovereign",
    "metadata: { name: globex }",
    `spec: { sovereignId: ${JSON.stringify(sovereignId)}, publicKeys: ["${keyOf("globex").publicKey}"] }`,
    "---",
    "apiVersion: concordat/v1",
    "kind: RecognitionTreaty",
    `metadata: { name: ${JSON.stringify(name)} }`,
    'spec: { subject: globex, scope: { allowedRoles: ["role:client"] } }',
    "",
  ].join("\n");
  const bytes = new TextEncoder().encode(text);
  return parseFile("treaties/globex.yaml", "b".repeat(40), bytes, DEFAULT_LIMITS).diagnostics.map(
    ({ code }) => code,
  );
}

const HOSTILE = [
  "<script>alert(1)</script>",
  "a<b",
  "\u001b[31mred",
  "\u009b2J",
  "a\u202eb",
  "a\nb",
  "a`b`",
];

test("plain names are taken", () => {
  expect(codesOf("globex-clients")).toEqual([]);
});

test.for(HOSTILE)("%j is no name of a treaty", (name) => {
  expect(codesOf(name)).not.toEqual([]);
});

test.for(HOSTILE)("%j is no id of a sovereign", (id) => {
  expect(codesOf("globex", id)).not.toEqual([]);
});
