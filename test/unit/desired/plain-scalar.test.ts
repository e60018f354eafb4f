import fc from "fast-check";
import { expect, test } from "vitest";
import { isScalar, isSeq, parseDocument } from "yaml";
import { readPlainScalar, ScalarFault } from "../../../src/desired/plain-scalar.js";

const RUNS = { numRuns: 2000 };

/** Texts near everything that some reader takes for another type, and texts of any kind. */
const texts = fc.oneof(
  fc.stringMatching(/^[-+.:_0-9a-fxonEeTZ ]{1,12}$/),
  fc.stringMatching(/^[-+]?[0-9]{1,4}[-:._][0-9]{1,2}[-:._eT ]?[0-9]{0,4}[Z]?$/),
  fc.mixedCase(
    fc.constantFrom(
      "y",
      "yes",
      "n",
      "no",
      "on",
      "off",
      "true",
      "false",
      "null",
      ".inf",
      ".nan",
      "~",
      "<<",
      "=",
    ),
  ),
  fc.string({ maxLength: 12 }),
);

/** The value that a reader of a YAML version gives a text; undefined where the text is more or less than one scalar. */
function readAs(version: "1.1" | "1.2", text: string): unknown {
  const document = parseDocument(`- ${text}\n`, { version, merge: false });
  if (document.errors.length > 0 || document.warnings.length > 0) return undefined;
  const { contents } = document;
  const node: unknown =
    isSeq(contents) && contents.items.length === 1 ? contents.items[0] : undefined;
  return isScalar(node) && node.type === "PLAIN" && node.source === text ? node.value : undefined;
}

test("what is read as a text, YAML 1.1 and YAML 1.2 read as the same text", () => {
  fc.assert(
    fc.property(texts, (raw) => {
      const text = raw.trim();
      // yaml 2.9 takes `e5` for a YAML 1.1 number without digits before the exponent; the specification does not.
      fc.pre(typeof readPlainScalar(text) === "string" && !/^[-+]?e[-+]?[0-9]+$/i.test(text));
      expect([text, undefined]).toContain(readAs("1.2", text));
      expect([text, undefined]).toContain(readAs("1.1", text));
    }),
    RUNS,
  );
});

test("what is read as a number, true, false or null, both versions read as the same", () => {
  fc.assert(
    fc.property(texts, (raw) => {
      const text = raw.trim();
      const value = readPlainScalar(text);
      fc.pre(text !== "" && typeof value !== "string" && !(value instanceof ScalarFault));
      expect(readAs("1.2", text)).toBe(value);
      expect(readAs("1.1", text)).toBe(value);
    }),
    RUNS,
  );
});

test("every refusal shows the quoted form", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const value = readPlainScalar(text);
      if (value instanceof ScalarFault) expect(value.hint).toContain(JSON.stringify(text));
    }),
    RUNS,
  );
});

test("a date, a sexagesimal and an old boolean are refused although YAML 1.2 reads them as text", () => {
  for (const text of ["2026-01-01", "12:30:45", "yes", "OFF", "~", "="]) {
    expect(readPlainScalar(text)).toMatchObject({ code: "ambiguous_scalar" });
  }
});
