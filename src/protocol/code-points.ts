/** Order of strings by Unicode code point, which is the order of keys and sets in everything that is signed. */

const SURROGATE = /[\ud800-\udfff]/;

/**
 * Compares two well-formed strings by code point (protocol.md 1). JavaScript's own order is by UTF-16 unit and puts
 * U+1F600 before U+E000.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Lifts surrogates, which stand for the characters above U+FFFF, over the rest of the units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Sorts in place by code point and returns the same array. */
export function sortByCodePoints(strings: string[]): string[] {
  let isSorted = true;
  let previous = "";
  for (const text of strings) {
    if (SURROGATE.test(text)) return strings.sort(compareCodePoints);
    if (text < previous) isSorted = false;
    previous = text;
  }
  // Without surrogates the order of UTF-16 units is the order of code points, and the native sort is the quick one.
  return isSorted ? strings : strings.sort();
}

/** A set as it is signed: each string once, in code point order. */
export function sortedSet(strings: Iterable<string>): string[] {
  return sortByCodePoints([...new Set(strings)]);
}
