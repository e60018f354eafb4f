import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Instant } from "../../../src/model/time.js";
import {
  fromInstant,
  instantFromMillis,
  parseDuration,
  parseTimestamp,
  plusMicros,
  plusSeconds,
  secondsBetween,
  toInstant,
  toOffsetForm,
} from "../../../src/protocol/instant.js";
import { codeOf } from "./expectations.js";

const EPOCH = instantFromMillis(0);
const FIRST = -62_135_596_800_000_000n;
const LAST = 253_402_300_799_999_999n;

const instants: fc.Arbitrary<Instant> = fc
  .bigInt({ min: FIRST, max: LAST })
  .map((micros) => plusMicros(EPOCH, micros));

function at(text: string): Instant {
  return toInstant(parseTimestamp(text));
}

describe("parseTimestamp", () => {
  test.each([
    ["2026-06-07T13:39:59.569649Z", "2026-06-07T13:39:59.569649Z"],
    ["2026-06-07T13:39:59.569649+00:00", "2026-06-07T13:39:59.569649Z"],
    ["2026-06-07T13:39:59-00:00", "2026-06-07T13:39:59Z"],
    ["2026-06-07T13:39:59.000000Z", "2026-06-07T13:39:59Z"],
    ["2026-06-07T13:39:59.5Z", "2026-06-07T13:39:59.500000Z"],
    ["2026-06-07T13:39:59.000001Z", "2026-06-07T13:39:59.000001Z"],
    ["2026-06-07T13:39:59+05:30", "2026-06-07T13:39:59+05:30"],
    ["2026-06-07T13:39:59.25-23:59", "2026-06-07T13:39:59.250000-23:59"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
    ["2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
    ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"],
  ])("%s is normalised to %s", (text, normal) => {
    expect(parseTimestamp(text)).toBe(normal);
    expect(parseTimestamp(normal)).toBe(normal);
  });

  test.each([
    ["no zone", "2026-06-07T13:39:59"],
    ["a small t", "2026-06-07t13:39:59Z"],
    ["a small z", "2026-06-07T13:39:59z"],
    ["a date", "2026-06-07"],
    ["a space in the middle", "2026-06-07 13:39:59Z"],
    ["no seconds", "2026-06-07T13:39Z"],
    ["an empty fraction", "2026-06-07T13:39:59.Z"],
    ["a comma", "2026-06-07T13:39:59,5Z"],
    ["nanoseconds", "2026-06-07T13:39:59.1234567Z"],
    ["a leap second", "2026-06-30T23:59:60Z"],
    ["hour 24", "2026-06-07T24:00:00Z"],
    ["minute 60", "2026-06-07T13:60:00Z"],
    ["February 30", "2026-02-30T00:00:00Z"],
    ["February 29 of a common year", "2026-02-29T00:00:00Z"],
    ["February 29 of 1900", "1900-02-29T00:00:00Z"],
    ["month 0", "2026-00-01T00:00:00Z"],
    ["month 13", "2026-13-01T00:00:00Z"],
    ["day 0", "2026-01-00T00:00:00Z"],
    ["year 0", "0000-01-01T00:00:00Z"],
    ["year 10000", "10000-01-01T00:00:00Z"],
    ["a sign on the year", "+2026-01-01T00:00:00Z"],
    ["an offset of 24 hours", "2026-06-07T13:39:59+24:00"],
    ["an offset of 60 minutes", "2026-06-07T13:39:59+01:60"],
    ["an offset without a colon", "2026-06-07T13:39:59+0530"],
    ["an end of line", "2026-06-07T13:39:59Z\n"],
    ["space around it", " 2026-06-07T13:39:59Z"],
    ["other digits", "２０２６-06-07T13:39:59Z"],
    ["a number", "1780839599"],
    ["nothing", ""],
  ])("refuses %s", (_name, text) => {
    expect(codeOf(() => parseTimestamp(text))).toBe("bad_time");
  });
});

describe("instants", () => {
  test.each([
    ["1970-01-01T00:00:00Z", 0n],
    ["1970-01-01T00:00:00.000001Z", 1n],
    ["1969-12-31T23:59:59.999999Z", -1n],
    ["0001-01-01T00:00:00Z", FIRST],
    ["9999-12-31T23:59:59.999999Z", LAST],
    ["2000-03-01T00:00:00Z", 951_868_800_000_000n],
    ["1970-01-01T05:30:00+05:30", 0n],
    ["1969-12-31T19:00:00-05:00", 0n],
    ["2026-06-07T13:39:59.569649Z", 1_780_839_599_569_649n],
  ])("%s is %d microseconds", (text, micros) => {
    expect(at(text)).toBe(micros);
  });

  test("text and instant are two forms of one value", () => {
    fc.assert(fc.property(instants, (instant) => toInstant(fromInstant(instant)) === instant));
    fc.assert(
      fc.property(
        instants,
        (instant) => parseTimestamp(fromInstant(instant)) === fromInstant(instant),
      ),
    );
  });

  test("to the millisecond it is what Date says", () => {
    const dates = fc.date({
      min: new Date(Number(FIRST / 1000n)),
      max: new Date(Number(LAST / 1000n)),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, (date) => at(date.toISOString()) === instantFromMillis(date.getTime())),
    );
  });

  test("order of text in UTC is order in time", () => {
    const whole = instants.map((instant) => plusMicros(instant, -(instant % 1_000_000n)));
    fc.assert(fc.property(whole, whole, (a, b) => a < b === fromInstant(a) < fromInstant(b)));
  });

  test("beyond the calendar there is no text", () => {
    expect(codeOf(() => fromInstant(plusMicros(EPOCH, FIRST - 1n)))).toBe("bad_time");
    expect(codeOf(() => fromInstant(plusMicros(EPOCH, LAST + 1n)))).toBe("bad_time");
  });

  test.each([
    ["2026-06-07T13:39:59.569649Z", "2026-06-07T13:39:59.569649+00:00"],
    ["2026-06-07T13:39:59Z", "2026-06-07T13:39:59+00:00"],
    ["2026-06-07T13:39:59+05:30", "2026-06-07T08:09:59+00:00"],
    ["2026-01-01T00:00:00.5+01:00", "2025-12-31T23:00:00.500000+00:00"],
  ])("the offset form of %s is %s", (text, form) => {
    expect(toOffsetForm(parseTimestamp(text))).toBe(form);
    expect(at(form)).toBe(at(text));
  });

  test("seconds are whole, truncated toward zero", () => {
    const start = at("2026-01-01T00:00:00Z");
    expect(secondsBetween(start, plusMicros(start, 1_999_999n))).toBe(1);
    expect(secondsBetween(start, plusMicros(start, 999_999n))).toBe(0);
    expect(secondsBetween(start, plusMicros(start, -999_999n))).toBe(0);
    expect(secondsBetween(start, plusMicros(start, -1_000_000n))).toBe(-1);
    expect(secondsBetween(start, plusSeconds(start, 86_400))).toBe(86_400);
  });
});

describe("parseDuration", () => {
  test.each([
    ["90s", 90],
    ["15m", 900],
    ["72h", 259_200],
    ["30d", 2_592_000],
    ["9999999s", 9_999_999],
  ])("%s is %d seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each([
    "",
    "0s",
    "01h",
    "1",
    "h",
    "1w",
    "1H",
    "-1s",
    "+1s",
    "1.5h",
    "1h30m",
    " 1h",
    "1h\n",
    "10000000s",
    "1e3s",
    "constructor",
  ])("refuses %j", (text) => {
    expect(codeOf(() => parseDuration(text))).toBe("bad_time");
  });
});
