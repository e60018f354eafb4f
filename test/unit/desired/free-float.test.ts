import fc from "fast-check";
import { isScalar, parseDocument } from "yaml";
import { expect, test } from "vitest";
import { floatText, readFreeFloat } from "../../../src/desired/free-float.js";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { parseFile } from "../../../src/desired/parse.js";
import { JsonFloat } from "../../../src/model/json.js";

const PATH = "/spec/claims/ratio";

test("every float has one form, which reads back as the same float", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = floatText(new JsonFloat(value));
      expect(readFreeFloat(text, PATH)?.value).toBe(value);
      for (const version of ["1.1", "1.2"] as const) {
        const { contents } = parseDocument(text, { version });
        expect(isScalar(contents) ? contents.value : undefined).toBe(value);
      }
    }),
  );
});

test.each([
  "1.00",
  "01.5",
  "+1.5",
  ".5",
  "5.",
  "1e5",
  "1.0e5",
  "1",
  "1_0.5",
  "1.7976931348623159e+308",
  "1.5 ",
])("%s is in no such form", (text) => expect(readFreeFloat(text, PATH)).toBeNull());

test.each([
  "/spec/claims",
  "/spec/reissue",
  "/spec/roles/0",
  "/metadata/claims/a",
  "/spec/scope/claimsx/a",
])("no float stands at %s", (path) => expect(readFreeFloat("1.5", path)).toBeNull());

function attestation(...lines: readonly string[]): Buffer {
  const head = ["apiVersion: concordat/v1", "kind: MembershipAttestation", "metadata: { name: a }"];
  return Buffer.from([...head, "spec:", "  subjectId: a", "  roles: []", ...lines, ""].join("\n"));
}

test("a resource keeps the float that it holds", () => {
  const bytes = attestation("  claims: { whole: 1.0, list: [-0.5, 1.0e-05], one: 1 }");
  const { resources, diagnostics } = parseFile("a.yaml", "b", bytes, DEFAULT_LIMITS);
  expect(diagnostics).toEqual([]);
  expect(resources[0]?.spec).toMatchObject({
    claims: { whole: new JsonFloat(1), list: [new JsonFloat(-0.5), new JsonFloat(1e-5)], one: 1 },
  });
});

test.each(["  reissue: 1.0", "  claims: 1.5", "  claims: { a: 1.0e+300 }"])(
  "elsewhere, and beyond 2^53, it is refused: %s",
  (line) => {
    const { resources, diagnostics } = parseFile("a.yaml", "b", attestation(line), DEFAULT_LIMITS);
    expect(resources).toEqual([]);
    expect(diagnostics).toHaveLength(1);
  },
);
