/** A stable merge sort that pauses: the caller may do other things at every `yield`, and go on when it likes. */

type Compare<T> = (a: T, b: T) => number;

/** So many items are sorted in one go by the native sort. */
const CHUNK = 512;
const PAUSE_EVERY = 256;
/** One item to so many others is put in its place by bisection. */
const FEW = 32;

/** A sorted copy. What is in order already costs one comparison an item. */
export function* sorted<T>(items: readonly T[], compare: Compare<T>): Generator<void, T[]> {
  let runs = yield* runsOf(items, compare);
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2)
      merged.push(yield* merge(runs[i] ?? [], runs[i + 1] ?? [], compare));
    runs = merged;
  }
  return runs[0] ?? [];
}

/** As `sorted`, for items of which many stand in `previous`, which is in order: the cost follows what differs. */
export function* sortedAs<T>(
  items: readonly T[],
  compare: Compare<T>,
  previous: readonly T[],
): Generator<void, T[]> {
  const present = new Set(items);
  yield;
  const known = new Set(previous);
  yield;
  const stayed = previous.filter((item) => present.has(item));
  yield;
  const came = yield* sorted(
    items.filter((item) => !known.has(item)),
    compare,
  );
  return came.length * FEW < stayed.length
    ? insert(stayed, came, compare)
    : yield* merge(stayed, came, compare);
}

/** Cuts the items into runs that are in order. */
function* runsOf<T>(items: readonly T[], compare: Compare<T>): Generator<void, T[][]> {
  const runs: T[][] = [];
  for (let start = 0; start < items.length;) {
    let end = start + 1;
    while (end < items.length && isInOrder(items, end, compare)) {
      end += 1;
      if (end % PAUSE_EVERY === 0) yield;
    }
    if (end - start < CHUNK) {
      end = start + CHUNK;
      runs.push(items.slice(start, end).sort(compare));
    } else {
      runs.push(items.slice(start, end));
    }
    start = end;
    yield;
  }
  return runs;
}

function isInOrder<T>(items: readonly T[], at: number, compare: Compare<T>): boolean {
  const before = items[at - 1];
  const item = items[at];
  return before !== undefined && item !== undefined && compare(before, item) <= 0;
}

function* merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: Compare<T>,
): Generator<void, T[]> {
  const merged: T[] = [];
  let l = 0;
  let r = 0;
  for (;;) {
    const a = left[l];
    const b = right[r];
    if (a === undefined) return merged.concat(right.slice(r));
    if (b === undefined) return merged.concat(left.slice(l));
    if (compare(a, b) <= 0) {
      merged.push(a);
      l += 1;
    } else {
      merged.push(b);
      r += 1;
    }
    if (merged.length % PAUSE_EVERY === 0) yield;
  }
}

/** As `merge`, where few come to many. */
function insert<T>(many: readonly T[], few: readonly T[], compare: Compare<T>): T[] {
  const slices: (readonly T[])[] = [];
  let from = 0;
  for (const item of few) {
    const place = placeAfter(many, item, from, compare);
    slices.push(many.slice(from, place), [item]);
    from = place;
  }
  slices.push(many.slice(from));
  return slices.flat();
}

/** The first place from `start` on whose item comes after the given one. */
function placeAfter<T>(items: readonly T[], item: T, start: number, compare: Compare<T>): number {
  let low = start;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = items[middle];
    if (other !== undefined && compare(other, item) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
