/** "Did you mean": the candidate that is nearest to a word, if one is near. */

import { printable } from "./characters.js";

const MOST_CANDIDATES = 1000;
const LONGEST_WORD = 128;

/** The candidate with the fewest insertions, deletions, replacements and swaps of neighbours; null when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > LONGEST_WORD) return null;
  const most = Math.max(1, Math.floor(word.length / 3));
  let best: string | null = null;
  let fewest = most + 1;
  let compared = 0;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= fewest) continue;
    compared += 1;
    if (compared > MOST_CANDIDATES) break;
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** A hint that names the nearest candidate, or else lists the candidates when they are few. */
export function suggestion(word: string, candidates: readonly string[], otherwise: string): string {
  const near = nearest(word, candidates);
  if (near !== null) return `did you mean ${printable(near)}?`;
  return candidates.length > 0 && candidates.length <= 12
    ? `known here: ${candidates.map(printable).join(", ")}`
    : otherwise;
}

/** Optimal string alignment distance. */
function distance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const edits = [at(row, j - 1) + 1, at(previous, j) + 1, at(previous, j - 1) + (same ? 0 : 1)];
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits.push(at(older, j - 2) + 1);
      row.push(Math.min(...edits));
    }
    [older, previous] = [previous, row];
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
