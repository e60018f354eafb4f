/** Edits of resource files: what they do not touch stays, byte for byte. */
import { expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import { addDocument, removeDocument, setFields } from "../../../src/incident/edit-yaml.js";
import type { ResourceName } from "../../../src/incident/edit-yaml.js";

const KEY: ResourceName = { kind: "OperatorKey", name: "root" };
const FILE = `# yaml-language-server: $schema=../.schemas/operator-key.schema.json
# Who may give orders.
apiVersion: concordat/v1
kind: OperatorKey
metadata:
  name: root # the first one
spec:
  keyId: operator-root
  # Kept in a safe.
  publicKey: "abc"
  tier: privileged
  holder: 'the operator'
---
# Another one.
apiVersion:   concordat/v1
kind: OperatorKey
metadata: { name: deputy }
spec: {keyId: deputy,   tier: read}
`;

test("fields are set, and every comment stays", () => {
  const edited = setFields(FILE, KEY, [
    [["state"], "compromised"],
    [["since"], "2026-11-23T00:00:00Z"],
    [["tier"], undefined],
  ]);
  expect(edited).toBe(
    FILE.replace(
      "  tier: privileged\n  holder: 'the operator'\n",
      '  holder: \'the operator\'\n  state: "compromised"\n  since: "2026-11-23T00:00:00Z"\n',
    ),
  );
});

test("nested fields are set where nothing stood before", () => {
  const text = "kind: Sovereign\nmetadata:\n  name: globex\nspec:\n  sovereignId: GLOBEX\n";
  expect(
    setFields(text, { kind: "Sovereign", name: "globex" }, [[["feed", "suspend"], true]]),
  ).toBe(`${text}  feed:\n    suspend: true\n`);
});

test("a later document of a file is edited alone", () => {
  const edited = setFields(FILE, { kind: "OperatorKey", name: "deputy" }, [[["tier"], "standard"]]);
  const [first, second] = edited.split("---\n");
  expect(first).toBe(FILE.split("---\n")[0]);
  expect(second).toContain('"standard"');
  expect(second).toContain("# Another one.");
});

test("a document is taken out, and its file with the last one", () => {
  const rest = removeDocument(FILE, KEY);
  expect(rest).toBe(`---\n${FILE.split("---\n")[1]}`);
  expect(removeDocument(rest ?? "", { kind: "OperatorKey", name: "deputy" })).toBeNull();
});

const DRAFT = {
  kind: "Revocation",
  name: "incident-1",
  spec: { target: { kind: "OperatorKey", id: "operator-root" }, reason: "INC-7" },
} as const;

test("a document is added behind the others, or alone", () => {
  const alone = addDocument(null, DRAFT);
  expect(alone).toMatch(/^apiVersion: /);
  expect(addDocument(FILE, DRAFT)).toBe(`${FILE}---\n${alone}`);
  expect(addDocument("", DRAFT)).toBe(alone);
});

test.each([
  ["not in the file", () => setFields(FILE, { kind: "OperatorKey", name: "nobody" }, [])],
  ["of another kind", () => removeDocument(FILE, { kind: "Sovereign", name: "root" })],
  ["in a file that is no YAML", () => setFields("a: [", KEY, [])],
  ["without a form in YAML", () => addDocument(null, { ...DRAFT, name: "Not A Label" })],
])("a resource that is %s is refused", (_name, edit) => {
  expect(edit).toThrow(AppError);
});
