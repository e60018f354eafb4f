import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareCodePoints,
  sortByCodePoints,
  sortedSet,
} from "../../../src/protocol/code-points.js";

const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.string({
    unit: fc.constantFrom("a", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"),
    maxLength: 5,
  }),
);

/** The order spelt out: arrays of code points, compared one by one. */
function slowly(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)].map((points) =>
    points.map((point) => point.codePointAt(0) ?? 0),
  );
  for (let i = 0; i < Math.min(x?.length ?? 0, y?.length ?? 0); i++) {
    const difference = (x?.[i] ?? 0) - (y?.[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign((x?.length ?? 0) - (y?.length ?? 0));
}

describe("code point order", () => {
  test("U+E000 stands before U+1F600, unlike in the order of UTF-16 units", () => {
    expect(["\u{1f600}", "\ue000"].sort()).toEqual(["\u{1f600}", "\ue000"]);
    expect(sortByCodePoints(["\u{1f600}", "\ue000"])).toEqual(["\ue000", "\u{1f600}"]);
  });

  test("it compares code point by code point", () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => Math.sign(compareCodePoints(a, b)) === slowly(a, b)),
    );
  });

  test.each([
    ["with surrogates", texts],
    ["without", fc.string()],
  ])("a list %s is sorted", (_name, items) => {
    fc.assert(
      fc.property(fc.array(items), (list) => {
        expect(sortByCodePoints([...list])).toEqual([...list].sort(slowly));
      }),
    );
  });

  test("a set names each string once", () => {
    expect(sortedSet(["b", "a", "b", ""])).toEqual(["", "a", "b"]);
  });
});
