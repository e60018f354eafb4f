import fc from "fast-check";
import { expect, test } from "vitest";
import { isScalar, parseAllDocuments, stringify, visit } from "yaml";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { parseFile } from "../../../src/desired/parse.js";
import { compileWith, OPERATOR, yaml } from "./trust-tree.js";

const RUNS = { numRuns: 500 };

function parse(bytes: Uint8Array): ReturnType<typeof parseFile> {
  return parseFile("f.yaml", "0", bytes, DEFAULT_LIMITS);
}

/** Every fault has a place in the text, and every file gives either resources or faults. */
function expectSound(bytes: Uint8Array): void {
  const { diagnostics, resources, faultyText } = parse(bytes);
  expect(diagnostics.length + resources.length).toBeGreaterThan(0);
  expect(faultyText === null).toBe(diagnostics.length === 0);
  for (const { line, column, message, hint, excerpt } of diagnostics) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).toMatch(/^\P{C}+$/u);
    expect(hint).not.toBe("");
    expect((excerpt ?? "").replaceAll("\t", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
}

const TREATY = yaml(
  "MembershipAttestation",
  "m",
  'subjectId: m\nroles: [role:client]\nclaims: {a: "x", b: [1, true]}\n',
);

/** Pieces that YAML gives a meaning, to build texts that are nearly right. */
const piece = fc.constantFrom(
  ..."-?:,[]{}#&*!|>'\"%@` \n\t~=.0",
  "- ",
  "? ",
  ": ",
  "  ",
  "\n  ",
  "\n- ",
  "---\n",
  "...\n",
  "&a ",
  "*a",
  "<<: *a",
  "!!str ",
  "%YAML 1.1\n",
  "|\n",
  ">-\n",
  "\r\n",
  "apiVersion: concordat/v1\n",
  "kind: Authority\n",
  "metadata:\n  name: a\n",
  "spec:\n",
  "yes",
  "1.0",
  "0x1f",
  "2026-01-01",
  "\u202e",
  "\ufeff",
  "\u0000",
  "\u00e9",
  "\u{1f600}",
  '"\\ud800"',
  "__proto__: 1\n",
  "seed: x\n",
);

test("any bytes give resources or faults, and nothing is thrown", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expectSound(bytes)),
    RUNS,
  );
});

test("any text made of YAML's own pieces gives resources or faults, and nothing is thrown", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) =>
      expectSound(Buffer.from(pieces.join(""))),
    ),
    { numRuns: 3000 },
  );
});

test("a good text with any bytes put anywhere gives resources or faults, and nothing is thrown", () => {
  const places = fc.tuple(
    fc.nat(TREATY.length),
    fc.nat(4),
    fc.oneof(fc.string({ unit: "binary", maxLength: 3 }), piece),
  );
  fc.assert(
    fc.property(places, ([at, length, text]) =>
      expectSound(Buffer.from(TREATY.slice(0, at) + text + TREATY.slice(at + length))),
    ),
    { numRuns: 3000 },
  );
});

const claimKey = fc.stringMatching(/^[!-~]{1,12}$/);
const claims = fc.dictionary(
  claimKey,
  fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(null, true, false),
      fc.maxSafeInteger(),
      fc.string({ maxLength: 10 }),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(claimKey, tie("value"), { maxKeys: 3 }),
    ),
  })).value,
  { maxKeys: 5 },
);

test("what is accepted has the value that the YAML library reads", () => {
  let accepted = 0;
  fc.assert(
    fc.property(claims, (value) => {
      const text = yaml(
        "MembershipAttestation",
        "m",
        stringify({ subjectId: "m", roles: [], claims: value }),
      );
      const { resources } = parse(Buffer.from(text));
      for (const { spec } of resources) {
        accepted += 1;
        expect(JSON.parse(JSON.stringify(spec))).toEqual({
          subjectId: "m",
          roles: [],
          claims: value,
        });
      }
    }),
    RUNS,
  );
  expect(accepted).toBeGreaterThan(RUNS.numRuns / 4);
});

test("the position of every value is where the YAML library has it", () => {
  fc.assert(
    fc.property(claims, (value) => {
      const text = yaml(
        "MembershipAttestation",
        "m",
        stringify({ subjectId: "m", roles: [], claims: value }),
      );
      const [resource] = parse(Buffer.from(text)).resources;
      fc.pre(resource !== undefined);
      const lines = text.split("\n");
      const found = new Set(
        Object.values(resource?.positions ?? {}).map(([line, column]) => `${line}:${column}`),
      );
      for (const document of parseAllDocuments(text)) {
        visit(document, {
          Scalar: (key, node) => {
            if (key === "key" || !isScalar(node) || !node.range) return;
            const before = text.slice(0, node.range[0]).split("\n");
            expect(found).toContain(`${before.length}:${(before.at(-1) ?? "").length + 1}`);
          },
        });
      }
      expect(Object.values(resource?.positions ?? {}).every(([line]) => line <= lines.length)).toBe(
        true,
      );
    }),
    { numRuns: 200 },
  );
});

test("the order of files and of keys changes nothing", () => {
  const lines = OPERATOR.trimEnd().split("\n");
  const reference = compileWith().desired;
  fc.assert(
    fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
      const { desired } = compileWith({
        "operators/root.yaml": null,
        "a.yaml": yaml("OperatorKey", "root", shuffled.join("\n")),
      });
      const [key] = desired?.operatorKeys ?? [];
      const [expected] = reference?.operatorKeys ?? [];
      expect({ ...key, source: null }).toEqual({ ...expected, source: null });
    }),
    { numRuns: 50 },
  );
});
