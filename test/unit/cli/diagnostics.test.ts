import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { widthOf } from "../../../src/cli/render/columns.js";
import { renderDiagnostics } from "../../../src/cli/render/diagnostics.js";
import type { ShownDiagnostic } from "../../../src/cli/render/diagnostics.js";
import { excerptWithCaret } from "../../../src/cli/render/excerpt.js";
import { plain } from "../../../src/cli/render/paint.js";

const UNSAFE = /\p{C}/u;

const FAULT: ShownDiagnostic = {
  code: "unknown_field",
  level: "error",
  message: 'unknown field "scop"',
  hint: "did you mean scope?",
  file: "treaties/globex.yaml",
  line: 7,
  column: 3,
  excerpt: "  scop:",
};

/** The character above the caret. */
function marked(line: string, column: number, columns = 60): string | undefined {
  const { text, caret } = excerptWithCaret(line, column, columns);
  let width = 0;
  for (const { segment } of new Intl.Segmenter("en").segment(text)) {
    if (width === caret) return segment;
    width += widthOf(segment);
  }
  return undefined;
}

describe("the caret stands under the column", () => {
  test.each([
    ["plain text", "  scop: x", 3, "s"],
    ["after tabs", "\t\tscop: x", 3, "s"],
    ["after a tab in the middle", "ab\tcd", 4, "c"],
    ["after wide characters", "漢字: x", 3, ":"],
    ["after a character of two units", "👍: x", 3, ":"],
    ["after an escaped character", "\u001b: x", 2, ":"],
  ])("%s", (_what, line, column, expected) => {
    expect(marked(line, column)).toBe(expected);
  });

  test("at the end of the line", () => {
    expect(excerptWithCaret("abc", 4, 60)).toEqual({ text: "abc", caret: 3 });
    expect(excerptWithCaret("", 1, 60)).toEqual({ text: "", caret: 0 });
  });

  test("in a line of any length, which is cut around it", () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(2000), (before, after) => {
        const line = `${"a".repeat(before)}X${"b".repeat(after)}`;
        const { text } = excerptWithCaret(line, before + 1, 60);
        expect(widthOf(text)).toBeLessThanOrEqual(60);
        expect(marked(line, before + 1)).toBe("X");
      }),
    );
  });

  test("a line that fits is never cut", () => {
    const line = "x".repeat(56);
    for (const column of [1, 28, 56]) expect(excerptWithCaret(line, column, 60).text).toBe(line);
  });
});

test("a fault reads as place, message, line, way out and code", async () => {
  const text = renderDiagnostics(
    [
      FAULT,
      {
        ...FAULT,
        level: "warning",
        code: "executable_file",
        message: "is executable",
        line: 1,
        column: 1,
        excerpt: null,
      },
      {
        ...FAULT,
        file: "authority.yaml",
        line: 1234,
        column: 9,
        message:
          "a message that is long enough to need more than the eighty columns there are, so it wraps",
        excerpt: `  name: ${"long ".repeat(40)}`,
      },
    ],
    plain,
  );
  await expect(text).toMatchFileSnapshot("../../golden/diagnostics.txt");
});

test("no line is wider than 80 columns or holds a hidden character", () => {
  const unit = fc.string({ unit: "binary", maxLength: 400 });
  fc.assert(
    fc.property(unit, unit, unit, unit, fc.nat(400), (file, message, hint, excerpt, column) => {
      const text = renderDiagnostics(
        [{ ...FAULT, file, message, hint, excerpt, column: column + 1 }],
        plain,
      );
      for (const line of text.split("\n")) {
        expect(widthOf(line)).toBeLessThanOrEqual(80);
        expect(line).not.toMatch(UNSAFE);
      }
    }),
  );
});

test("the count names both levels and the files", () => {
  const faults = [FAULT, FAULT, { ...FAULT, level: "warning" as const, file: "b.yaml" }];
  expect(renderDiagnostics(faults, plain)).toMatch(/\n2 errors and 1 warning in 2 files\.\n$/);
  expect(renderDiagnostics([FAULT], plain)).toMatch(/\n1 error in 1 file\.\n$/);
  expect(renderDiagnostics([], plain)).toBe("");
});
