/** The sort that pauses gives what the native sort gives, whatever it is given. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { finish } from "../../../src/connectome/finish.js";
import { sorted, sortedAs } from "../../../src/connectome/sorted.js";

interface Item {
  readonly key: number;
  readonly made: number;
}

const byKey = (a: Item, b: Item): number => a.key - b.key;

/** Long enough for several chunks, with few keys so that ties are common. */
const items = fc
  .array(fc.integer({ min: 0, max: 300 }), { maxLength: 2500 })
  .map((keys) => keys.map((key, made) => ({ key, made })));

test("sorts as the native sort, ties included", () => {
  fc.assert(
    fc.property(items, (list) => {
      expect(finish(sorted(list, byKey))).toEqual(list.toSorted(byKey));
    }),
    { numRuns: 50 },
  );
});

test("what was sorted before stays, what is gone goes, what came is put in its place", () => {
  fc.assert(
    fc.property(
      items,
      fc.integer({ min: 2, max: 60 }),
      fc.constantFrom(0, 3, 700),
      (list, keepEvery, arrivals) => {
        const previous = finish(sorted(list, byKey)).filter(({ made }) => made % keepEvery !== 1);
        const came = Array.from({ length: arrivals }, (_, made) => ({
          key: (made * 37) % 300,
          made,
        }));
        const now = [...came, ...previous.filter((_, i) => i % keepEvery !== 0)];
        const result = finish(sortedAs(now, byKey, previous));
        expect(result.map(({ key }) => key)).toEqual(
          now.map(({ key }) => key).toSorted((a, b) => a - b),
        );
        expect(new Set(result)).toEqual(new Set(now));
      },
    ),
    { numRuns: 60 },
  );
});

test("pauses on the way", () => {
  const list = Array.from({ length: 10_000 }, (_, made) => ({ key: (made * 7919) % 10_007, made }));
  const work = sorted(list, byKey);
  let pauses = 0;
  while (work.next().done !== true) pauses += 1;
  expect(pauses).toBeGreaterThan(100);
});
