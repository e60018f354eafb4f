import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { parseFile } from "../../../src/desired/parse.js";
import { OPERATOR, yaml } from "./trust-tree.js";

const ATTESTATION = yaml(
  "MembershipAttestation",
  "member",
  "subjectId: m\nroles: []\nclaims:\n  deep: VALUE\n",
);
/** The map of the document, spec and claims stand around the value. */
const AROUND = 3;

function faults(text: string): readonly string[] {
  const { diagnostics } = parseFile("f.yaml", "0", Buffer.from(text), DEFAULT_LIMITS);
  return diagnostics.map(({ code, line, column }) => `${line}:${column} ${code}`);
}

function withValue(value: string): readonly string[] {
  return faults(ATTESTATION.replace("VALUE", value));
}

test.each([
  ["flow lists", (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`],
  ["flow maps", (levels: number) => `${"{a: ".repeat(levels)}1${"}".repeat(levels)}`],
  ["block sequences", (levels: number) => `\n      ${"- ".repeat(levels)}a`],
  [
    "block maps",
    (levels: number) =>
      Array.from({ length: levels }, (_, level) => `\n${" ".repeat(6 + level)}a:`).join(""),
  ],
])("%s may stand 32 deep, and no deeper", (_, build) => {
  const deepest = DEFAULT_LIMITS.depth - AROUND;
  expect(withValue(build(deepest))).toEqual([]);
  expect(withValue(build(deepest + 1))).toEqual([expect.stringMatching(/ depth$/)]);
});

test("the depth is reported at the bracket that is one too deep", () => {
  const line = `a: ${"[".repeat(40)}`;
  // The map is the first level, so the last bracket that is let through is the 31st.
  expect(faults(line)).toEqual([`1:${"a: ".length + DEFAULT_LIMITS.depth} depth`]);
});

test("a map may have 2,000 keys, and no more", () => {
  const claims = (count: number): string =>
    yaml(
      "MembershipAttestation",
      "m",
      `subjectId: m\nroles: []\nclaims:\n${Array.from({ length: count }, (_, key) => `  k${key}: 1\n`).join("")}`,
    );
  // The schema allows fewer, and says so apart.
  expect(faults(claims(2000))).toEqual(["9:5 bad_length"]);
  expect(faults(claims(2001))).toEqual(["9:5 limit"]);
  expect(faults(claims(9000)).at(-1)).toMatch(/ limit$/);
});

test("a file may hold as many documents as the limit says, and no more", () => {
  const document = yaml("OperatorKey", "root", OPERATOR);
  const text = (count: number): string =>
    Array.from({ length: count }, () => document).join("---\n");
  const shorter = { ...DEFAULT_LIMITS, documentsPerFile: 3 };
  expect(parseFile("f.yaml", "0", Buffer.from(text(3)), shorter).resources).toHaveLength(3);
  const { diagnostics } = parseFile("f.yaml", "0", Buffer.from(text(4)), shorter);
  expect(diagnostics.map(({ code, line }) => `${line} ${code}`)).toEqual(["30 limit"]);
});

test("documents are separated by --- lines, and each stands where it begins", () => {
  const text = `${yaml("OperatorKey", "a", OPERATOR)}---\n# second\n${yaml("OperatorKey", "b", OPERATOR)}...\n---\n${yaml("OperatorKey", "c", OPERATOR)}`;
  const { resources, diagnostics } = parseFile("f.yaml", "0", Buffer.from(text), DEFAULT_LIMITS);
  expect(diagnostics).toEqual([]);
  expect(resources.map(({ name, source }) => `${name}:${source.line}:${source.column}`)).toEqual([
    "a:1:1",
    "b:12:1",
    "c:23:1",
  ]);
});

test("a file with a great many faults lists the first hundred", () => {
  const items = Array.from({ length: 5000 }, () => "~").join(", ");
  const { diagnostics } = parseFile("f.yaml", "0", Buffer.from(`a: [${items}]\n`), DEFAULT_LIMITS);
  expect(diagnostics).toHaveLength(101);
  expect(diagnostics.at(-1)?.code).toBe("too_many_faults");
});

test("positions of inner values are kept, and keys with slashes are escaped", () => {
  const text = yaml(
    "MembershipAttestation",
    "m",
    "subjectId: m\nroles: [role:client]\nclaims:\n  a/b~c: {d: [1]}\n",
  );
  const { resources } = parseFile("f.yaml", "0", Buffer.from(text), DEFAULT_LIMITS);
  expect(resources[0]?.positions).toMatchObject({
    "": [1, 1],
    "/metadata/name": [4, 9],
    "/spec/roles/0": [7, 11],
    "/spec/claims/a~1b~0c/d/0": [9, 17],
  });
});

test("maps have no prototype", () => {
  const text = yaml(
    "MembershipAttestation",
    "m",
    "subjectId: m\nroles: []\nclaims: {toString: x}\n",
  );
  const [resource] = parseFile("f.yaml", "0", Buffer.from(text), DEFAULT_LIMITS).resources;
  const claims: unknown =
    resource?.kind === "MembershipAttestation" ? resource.spec.claims : undefined;
  expect(Object.getPrototypeOf(claims)).toBeNull();
  expect(faults(text.replace("toString", "__proto__"))).toEqual(["8:12 reserved_key"]);
  expect("x" in {}).toBe(false);
});
