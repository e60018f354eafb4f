import fc from "fast-check";
import { expect, test } from "vitest";
import { visible, visibleLines } from "../../../src/cli/render/visible.js";

const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/u;

test.each([
  ["an escape sequence", "\u001b[31m", "\\u001b[31m"],
  ["a line break", "a\r\nb", "a\\u000d\\u000ab"],
  ["a C1 control", "\u009b31m", "\\u009b31m"],
  ["a delete", "\u007f", "\\u007f"],
  ["a bidi override", "\u202egpj.exe", "\\u202egpj.exe"],
  ["a bidi isolate", "\u2066x\u2069", "\\u2066x\\u2069"],
  ["a mark", "\u200f\u061c", "\\u200f\\u061c"],
  ["a zero-width space", "a\u200bb", "a\\u200bb"],
  ["a byte order mark", "\ufeff", "\\ufeff"],
  ["a line separator", "\u2028", "\\u2028"],
  ["a no-break space", "\u00a0", "\\u00a0"],
  ["a tag beyond the first plane", "\u{e0041}", "\\u{e0041}"],
  ["half of a pair", "\ud800", "\\ud800"],
])("%s is shown escaped", (_what, text, shown) => {
  expect(visible(text)).toBe(shown);
});

test("plain text of any script stays as it is", () => {
  for (const text of ["role:client", "Zürich", "漢字", "👍", "a b"])
    expect(visible(text)).toBe(text);
});

test("nothing that a terminal obeys or hides ever comes through", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(visible(text)).not.toMatch(UNSAFE);
      expect(visible(visible(text))).toBe(visible(text));
    }),
  );
});

test("a message keeps its line breaks and nothing else", () => {
  expect(visibleLines("a\nb\u001b")).toEqual(["a", "b\\u001b"]);
});
