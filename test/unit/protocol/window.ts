/** The ends of a validity window as tests look at them. */
import type { Instant } from "../../../src/model/time.js";
import {
  parseTimestamp,
  plusMicros,
  plusSeconds,
  toInstant,
} from "../../../src/protocol/instant.js";

const SKEW = 300;

export function at(text: string): Instant {
  return toInstant(parseTimestamp(text));
}

/** A moment in the window of every document of signer.ts, and one far behind them. */
export const inside = at("2026-02-03T00:00:00Z");
export const late = at("2027-01-01T00:00:00Z");

/** The moments around a window's ends, to the microsecond, and whether each is inside. */
export function edges(
  from: string,
  until: string,
): [name: string, now: Instant, isInside: boolean][] {
  const first = plusSeconds(at(from), -SKEW);
  const last = plusSeconds(at(until), SKEW);
  return [
    ["a microsecond before the first", plusMicros(first, -1n), false],
    ["the first", first, true],
    ["the last", last, true],
    ["a microsecond after the last", plusMicros(last, 1n), false],
  ];
}
