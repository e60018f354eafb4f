/** Durations and times, no more exact than a reader needs. */
import type { Seconds, Timestamp } from "../../model/time.js";
import { visible } from "./visible.js";

const UNITS: readonly (readonly [string, Seconds])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
];

/** `30d`, `36h`, `90m`, `45s`: the largest unit that holds it exactly, as resources are written. */
export function duration(seconds: Seconds): string {
  const unit = UNITS.find(([, size]) => seconds >= size && seconds % size === 0);
  return unit === undefined ? `${seconds}s` : `${seconds / unit[1]}${unit[0]}`;
}

/** `3 days`, `5 hours`: rounded down, for what is left of something. */
export function timeLeft(seconds: Seconds): string {
  if (seconds <= 0) return "over";
  const [size, noun] =
    seconds >= 172_800 ? [86_400, "days"] : seconds >= 7200 ? [3600, "hours"] : [60, "minutes"];
  return `${Math.floor(seconds / size)} ${noun}`;
}

/** A time to the second, for text; exact times are in the JSON. */
export function toSecond(time: Timestamp): string {
  return visible(time.replace(/\.\d+/, ""));
}
