/** When to look again: the interval, the pause after a failure, and what time itself makes due. Pure. */
import type { Instant, Seconds } from "../model/time.js";
import { instantFromMillis } from "../protocol/instant.js";

/** A first failure is tried again soon, a lasting one every five minutes (research/gitops.md 4.5 asks for 1 s to 5 min). */
const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 300;
const INTERVAL_JITTER = 0.05;
const PAUSE_JITTER = 0.1;

export interface Timetable {
  readonly now: Instant;
  readonly interval: Seconds;
  /** Failures in a row that are tried again; 0 after anything else. */
  readonly failures: number;
  /** When time alone changes what a plan says; null: never. */
  readonly due: Instant | null;
  /** A number from 0 to 1. */
  readonly chance: number;
}

export interface Next {
  readonly at: Instant;
  readonly trigger: "interval" | "retry" | "due";
}

/** The next moment to run at, if nothing wakes the controller before. */
export function nextRun({ now, interval, failures, due, chance }: Timetable): Next {
  const pause =
    failures > 0
      ? jittered(pauseAfter(failures), PAUSE_JITTER, chance)
      : jittered(interval, INTERVAL_JITTER, chance);
  const at = later(now, pause);
  if (due !== null && due < at && failures === 0) {
    return { at: due > now ? due : now, trigger: "due" };
  }
  return { at, trigger: failures > 0 ? "retry" : "interval" };
}

/** Seconds to wait after that many failures in a row, without jitter: 1, 2, 4 and so on up to 300. */
export function pauseAfter(failures: number): Seconds {
  return Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** Math.min(failures - 1, 20));
}

function jittered(seconds: Seconds, share: number, chance: number): number {
  return seconds * (1 + share * (2 * chance - 1));
}

function later(now: Instant, seconds: number): Instant {
  return instantFromMillis(Math.round(Number(now) / 1_000 + seconds * 1_000));
}
