/** The real clocks, for whoever runs a controller outside a test. */
import { setTimeout as pause } from "node:timers/promises";
import type { Instant } from "../model/time.js";
import { instantFromMillis } from "../protocol/instant.js";
import type { Sleep } from "./wakes.js";

/** Longer timers overflow; the clock may also be set meanwhile, so that a look now and then is right in any case. */
const LONGEST_MS = 60_000;

export function realClock(): Instant {
  return instantFromMillis(Date.now());
}

export const realSleep: Sleep = async (until, signal) => {
  while (!signal.aborted) {
    const left = Number(until - realClock()) / 1_000;
    if (left <= 0) return;
    await pause(Math.min(left, LONGEST_MS), undefined, { signal }).catch(() => {});
  }
};
