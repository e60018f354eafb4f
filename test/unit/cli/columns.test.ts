import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clip, hanging, pad, shorten, widthOf, wrap } from "../../../src/cli/render/columns.js";
import { visible } from "../../../src/cli/render/visible.js";

const anyText = fc.string({ unit: "binary", maxLength: 300 }).map(visible);
const columns = fc.integer({ min: 4, max: 100 });

test("wrapped lines fit and lose nothing but spaces", () => {
  fc.assert(
    fc.property(anyText, columns, (text, width) => {
      const lines = wrap(text, width);
      expect(lines.every((line) => widthOf(line) <= width)).toBe(true);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }),
  );
});

test("words stay whole while they fit a line", () => {
  expect(wrap("aa bb cc", 5)).toEqual(["aa bb", "cc"]);
  expect(wrap("abcdefgh ij", 4)).toEqual(["abcd", "efgh", "ij"]);
  expect(wrap("", 4)).toEqual([""]);
});

test("shortened and clipped texts fit, and short ones stay as they are", () => {
  fc.assert(
    fc.property(anyText, columns, (text, width) => {
      for (const cut of [shorten(text, width), clip(text, width)]) {
        expect(widthOf(cut)).toBeLessThanOrEqual(width);
        if (widthOf(text) <= width) expect(cut).toBe(text);
      }
    }),
  );
});

test("the middle of an id goes, the end of a sentence", () => {
  expect(shorten("1b4e28ba-2fa1-51d2", 10)).toBe("1b4e..51d2");
  expect(clip("allowed roles change", 10)).toBe("allowed ..");
});

describe("wide and combining characters", () => {
  test.each([
    ["漢字", 4],
    ["é", 1],
    ["e\u0301", 1],
    ["ｱ", 1],
    ["👍🏽", 2],
  ])("%s takes %d columns", (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  test("are never cut in half", () => {
    expect(wrap("漢字漢字", 5)).toEqual(["漢字", "漢字"]);
    expect(wrap("e\u0301e\u0301e\u0301e\u0301e\u0301", 4)).toEqual([
      "e\u0301e\u0301e\u0301e\u0301",
      "e\u0301",
    ]);
    expect(pad("漢", 4)).toBe("漢  ");
  });
});

test("further lines hang below the start of the text", () => {
  expect(hanging("hint: ", "one two three", 12)).toEqual(["hint: one", "      two", "      three"]);
});

test("a word as long as a file is broken in one pass", () => {
  const lines = wrap("x".repeat(1_000_000), 80);
  expect(lines).toHaveLength(12_500);
});
