import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { parseFile } from "../../../src/desired/parse.js";
import { yaml } from "./trust-tree.js";

const SPEC = "subjectId: member-1\nroles: [role:client]\n";

/** The one fault of an attestation whose spec has this line more, or instead of one of its own. */
function fault(line: string): readonly [message: string | undefined, hint: string | undefined] {
  const [field = ""] = line.split(":");
  const kept = SPEC.split("\n").filter((own) => !own.startsWith(`${field}:`));
  const text = yaml("MembershipAttestation", "m", [...kept, line].join("\n"));
  const { diagnostics } = parseFile("f.yaml", "0", Buffer.from(text), DEFAULT_LIMITS);
  expect(diagnostics).toHaveLength(1);
  return [diagnostics[0]?.message, diagnostics[0]?.hint];
}

test.each([
  ["subjectId:", "spec.subjectId is empty", "give it a value, or remove the line"],
  ["subjectId: 15", "spec.subjectId must be a text, not a number", 'write "15"'],
  ["subjectId: true", "spec.subjectId must be a text, not true or false", 'write "true"'],
  ["subjectId: [a]", "spec.subjectId must be a text, not a list", "see the schema of the kind"],
  ["roles: role:client", "spec.roles must be a list, not a text", "write [role:client]"],
  ["roles: {a: b}", "spec.roles must be a list, not a map", "see the schema of the kind"],
  ['reissue: "3"', "spec.reissue must be an integer, not a text", "write 3 without quotes"],
  ["reissue: three", "spec.reissue must be an integer, not a text", "see the schema of the kind"],
  ["reissue: -1", "spec.reissue must be at least 0, not -1", "see the schema of the kind"],
  [
    "reissue: 1000001",
    "spec.reissue must be at most 1000000, not 1000001",
    "see the schema of the kind",
  ],
  ["role: [role:client]", 'spec has no field "role"', "did you mean roles?"],
  [
    "unrelated: 1",
    'spec has no field "unrelated"',
    "known here: subjectId, subjectPublicKey, roles, validity, claims, reissue",
  ],
  [
    "roles: [role:clients]",
    'spec.roles[0] cannot be "role:clients"',
    "write role:anchor, role:bridge, role:client, role:operator or role:service:<name>",
  ],
  [
    `subjectId: ${"x".repeat(129)}`,
    "spec.subjectId must have at most 128 characters",
    "write printable ASCII without spaces, quotes, < and >",
  ],
  [
    `roles: [${"role:client, ".repeat(65)}]`,
    "spec.roles must have at most 64 items",
    "see the schema of the kind",
  ],
  [
    'validity: {for: 1d, until: "2027-01-01T00:00:00Z"}',
    "spec.validity: for and until exclude each other",
    "keep one of them",
  ],
])("%j is explained", (line, message, hint) => {
  expect(fault(line)).toEqual([message, hint]);
});

test("a missing field is named with the map that lacks it", () => {
  const text = yaml("RecognitionTreaty", "t", "subject: globex\nscope: {}\n");
  const { diagnostics } = parseFile("f.yaml", "0", Buffer.from(text), DEFAULT_LIMITS);
  expect(diagnostics).toMatchObject([
    {
      line: 7,
      column: 10,
      message: "spec.scope needs the field allowedRoles",
      hint: "add allowedRoles",
    },
  ]);
});

test("a compromised key is told what it lacks, and why", () => {
  const text = yaml(
    "OperatorKey",
    "k",
    `keyId: k\npublicKey: ${"A".repeat(43)}=\ntier: read\nholder: x\nstate: compromised\n`,
  );
  const { diagnostics } = parseFile("f.yaml", "0", Buffer.from(text), DEFAULT_LIMITS);
  expect(diagnostics.map(({ message }) => message)).toEqual([
    "a compromised key needs the field since: from when on it is not believed",
  ]);
});
