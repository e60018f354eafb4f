/** Date-times, exact to the microsecond: text to instant and back (protocol.md 1). */
import { AppError } from "../errors.js";
import type { Instant, Seconds, Timestamp } from "../model/time.js";

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const DURATION = /^([1-9][0-9]{0,6})(s|m|h|d)$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const UNIT_SECONDS: Readonly<Record<string, Seconds>> = { s: 1, m: 60, h: 3600, d: 86_400 };

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
 * not exist, a leap second, 24:00, a year outside 0001..9999.
 */
export function parseTimestamp(text: string): Timestamp {
  const { micros, offsetMinutes } = partsOf(text);
  const fraction = micros === 0 ? "" : `.${pad(micros, 6)}`;
  return asTimestamp(`${text.slice(0, 10)}T${text.slice(11, 19)}${fraction}${offsetMinutes === 0 ? "Z" : text.slice(-6)}`);
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

/** Reads `90s`, `15m`, `72h` or `30d`. Throws AppError `bad_time` for anything else. */
export function parseDuration(text: string): Seconds {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const seconds = UNIT_SECONDS[unit ?? ""];
  if (count === undefined || seconds === undefined) {
    throw new AppError("bad_time", `${JSON.stringify(text)} is not a duration`, { hint: "write 90s, 15m, 72h or 30d" });
  }
  return Number(count) * seconds;
}

function partsOf(text: string): Parts {
  const match = DATE_TIME.exec(text);
  if (match === null) throw badTime(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const offset = Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0);
  const valid =
    year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) &&
    hour <= 23 && minute <= 59 && second <= 59 && Number(match[9] ?? 0) <= 23 && Number(match[10] ?? 0) <= 59;
  if (!valid) throw badTime(text);
  const offsetMinutes = match[8] === "-" ? -offset : offset;
  const local = daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  return { seconds: local - offsetMinutes * 60, micros: Number((match[7] ?? "").padEnd(6, "0")), offsetMinutes };
}

function badTime(text: string): AppError {
  return new AppError("bad_time", `${JSON.stringify(text.slice(0, 64))} is not a date-time with a zone`);
}

function daysInMonth(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

function daysSinceEpoch(year: number, month: number, day: number): number {
  return Math.floor(new Date(0).setUTCFullYear(year, month - 1, day) / 86_400_000);
}

function utcText(instant: Instant): string {
  if (instant < FIRST_INSTANT || instant > LAST_INSTANT) {
    throw new AppError("bad_time", "the moment lies outside the years 0001 to 9999");
  }
  const micros = ((instant % MICROS_PER_SECOND) + MICROS_PER_SECOND) % MICROS_PER_SECOND;
  // A Date holds whole seconds exactly; its milliseconds are never asked for.
  const text = new Date(Number((instant - micros) / 1000n)).toISOString().slice(0, 19);
  return micros === 0n ? text : `${text}.${pad(Number(micros), 6)}`;
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
