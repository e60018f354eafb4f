import fc from "fast-check";
import { expect, test } from "vitest";
import { ambiguousPaths } from "../../../src/desired/path-twins.js";

const part = fc.constantFrom(
  "a",
  "A",
  "b",
  "ss",
  "\u00df",
  "\u017f\u017f",
  "\u00e9",
  "e\u0301",
  "",
);
const anyPath = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));

const fold = (path: string): string =>
  path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");

/** Every path and folder, each time it comes, beside the first of its fold. */
function twins(paths: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const first = new Map<string, string>();
  for (const [at, path] of paths.entries()) {
    if (paths.indexOf(path) < at) found.add(path);
    const parts = path.split("/");
    for (let count = 1; count <= parts.length; count += 1) {
      const prefix = parts.slice(0, count).join("/");
      const folded = fold(prefix);
      if (!first.has(folded)) first.set(folded, prefix);
      else if (first.get(folded) !== prefix) found.add(prefix);
    }
  }
  return found;
}

test("every path and folder that is the twin of an earlier one is reported once", () => {
  fc.assert(
    fc.property(fc.array(anyPath, { maxLength: 8 }), (paths) => {
      const reported = ambiguousPaths(paths).map(({ file }) => file);
      expect(reported.toSorted()).toEqual([...twins(paths)].toSorted());
    }),
    { numRuns: 1_000 },
  );
});
