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
  let before = realClock();
  for (let now = before; now < until && now >= before; now = realClock()) {
    if (signal.aborted) return;
    before = now;
    const left = Number(until - now) / 1_000;
    await pause(Math.min(left, LONGEST_MS), undefined, { signal }).catch(() => {});
  }
};
