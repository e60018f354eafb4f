/** Date-times, exact to the microsecond: text to instant and back (protocol.md 1). */
import { AppError } from "../errors.js";
import type { Instant, Seconds, Timestamp } from "../model/time.js";
import { dateOf, daysInMonth, daysSinceEpoch } from "./calendar.js";

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(?:Z|([+-])(\d{2}):(\d{2}))$/;
const DURATION = /^([1-9][0-9]{0,6})(s|m|h|d)$/;

const SECONDS_PER_DAY: Seconds = 86_400;
const UNIT_SECONDS: Readonly<Record<string, Seconds>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: SECONDS_PER_DAY,
};
const MICROS_PER_SECOND = 1_000_000n;

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z, the ends of the reference's calendar. */
const FIRST_INSTANT = -62_135_596_800_000_000n;
const LAST_INSTANT = 253_402_300_799_999_999n;

interface Parts {
  readonly seconds: number;
  readonly micros: number;
  readonly offsetMinutes: number;
}

/**
 * Reads an RFC 3339 date-time with a zone and at most six fraction digits, and gives its normal form: `Z` for a zero offset,
 * another offset kept, six fraction digits or none. Throws AppError `bad_time` for anything else: a day that does
 * not exist, a leap second, 24:00, a year outside 0001..9999, a small `t` or `z` (RFC 3339 5.6 leaves that to us).
 */
export function parseTimestamp(text: string): Timestamp {
  const { micros, offsetMinutes } = partsOf(text);
  const zone = offsetMinutes === 0 ? "Z" : text.slice(-6);
  return asTimestamp(`${text.slice(0, 10)}T${text.slice(11, 19)}${fractionOf(micros)}${zone}`);
}

export function toInstant(timestamp: Timestamp): Instant {
  const { seconds, micros } = partsOf(timestamp);
  return asInstant(BigInt(seconds) * MICROS_PER_SECOND + BigInt(micros));
}

/** The UTC form, ending in `Z`. Throws AppError `bad_time` outside the years 0001..9999. */
export function fromInstant(instant: Instant): Timestamp {
  return asTimestamp(`${utcText(instant)}Z`);
}

/** UTC with `+00:00` in place of `Z`, as edges, rows and audit events carry it (protocol.md 6). */
export function toOffsetForm(timestamp: Timestamp): string {
  if (timestamp.endsWith("Z")) return `${timestamp.slice(0, -1)}+00:00`;
  return `${utcText(toInstant(timestamp))}+00:00`;
}

/** `ms` as `Date.now()` gives it. */
export function instantFromMillis(ms: number): Instant {
  return asInstant(BigInt(Math.trunc(ms)) * 1000n);
}

export function plusSeconds(instant: Instant, seconds: Seconds): Instant {
  return plusMicros(instant, BigInt(seconds) * MICROS_PER_SECOND);
}

export function plusMicros(instant: Instant, micros: bigint): Instant {
  return asInstant(instant + micros);
}

/** Whole seconds, truncated toward zero as the reference's `int(total_seconds())`. */
export function secondsBetween(from: Instant, to: Instant): Seconds {
  return Number((to - from) / MICROS_PER_SECOND);
}

/** The first moment that leaves no more than so many whole seconds (as `secondsBetween` counts) until `end`. */
export function whenLeft(end: Instant, seconds: Seconds): Instant {
  return asInstant(end - BigInt(seconds + 1) * MICROS_PER_SECOND + 1n);
}

/** Reads `90s`, `15m`, `72h` or `30d`. Throws AppError `bad_time` for anything else. */
export function parseDuration(text: string): Seconds {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const seconds = UNIT_SECONDS[unit ?? ""];
  if (count === undefined || seconds === undefined) {
    throw new AppError("bad_time", `${JSON.stringify(text)} is not a duration`, {
      hint: "write 90s, 15m, 72h or 30d",
    });
  }
  return Number(count) * seconds;
}

function partsOf(text: string): Parts {
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = "",
    sign,
    zoneHour = 0,
    zoneMinute = 0,
  ] = DATE_TIME.exec(text) ?? [];
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  // What did not match is NaN here and fails every comparison.
  const isDate = date.year >= 1 && date.day >= 1 && date.day <= daysInMonth(date.year, date.month);
  const isTime = isBelow(24, hour, zoneHour) && isBelow(60, minute, second, zoneMinute);
  if (!isDate || !isTime) throw badTime(text);
  const local = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  const offset = Number(zoneHour) * 60 + Number(zoneMinute);
  const offsetMinutes = sign === "-" ? -offset : offset;
  return {
    seconds: daysSinceEpoch(date) * SECONDS_PER_DAY + local - offsetMinutes * 60,
    micros: Number(fraction.padEnd(6, "0")),
    offsetMinutes,
  };
}

function isBelow(limit: number, ...parts: readonly unknown[]): boolean {
  return parts.every((part) => Number(part) < limit);
}

function badTime(text: string): AppError {
  return new AppError(
    "bad_time",
    `${JSON.stringify(text.slice(0, 64))} is not a date-time with a zone`,
  );
}

function utcText(instant: Instant): string {
  if (instant < FIRST_INSTANT || instant > LAST_INSTANT) {
    throw new AppError("bad_time", "the moment lies outside the years 0001 to 9999");
  }
  const micros = ((instant % MICROS_PER_SECOND) + MICROS_PER_SECOND) % MICROS_PER_SECOND;
  const seconds = Number((instant - micros) / MICROS_PER_SECOND);
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const { year, month, day } = dateOf(days);
  const ofDay = seconds - days * SECONDS_PER_DAY;
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  const time = [ofDay / 3600, (ofDay / 60) % 60, ofDay % 60]
    .map((part) => pad(Math.floor(part), 2))
    .join(":");
  return `${date}T${time}${fractionOf(Number(micros))}`;
}

/** Six digits, or none for a whole second. */
function fractionOf(micros: number): string {
  return micros === 0 ? "" : `.${pad(micros, 6)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function asTimestamp(text: string): Timestamp {
  return text as Timestamp;
}

function asInstant(micros: bigint): Instant {
  return micros as Instant;
}
