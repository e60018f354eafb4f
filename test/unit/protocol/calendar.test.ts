import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dateOf, daysInMonth, daysSinceEpoch } from "../../../src/protocol/calendar.js";

const FIRST = daysSinceEpoch({ year: 1, month: 1, day: 1 });
const LAST = daysSinceEpoch({ year: 9999, month: 12, day: 31 });

describe("the calendar", () => {
  test("known days", () => {
    expect(daysSinceEpoch({ year: 1970, month: 1, day: 1 })).toBe(0);
    expect(daysSinceEpoch({ year: 2000, month: 3, day: 1 })).toBe(11_017);
    expect([FIRST, LAST]).toEqual([-719_162, 2_932_896]);
    expect(dateOf(-1)).toEqual({ year: 1969, month: 12, day: 31 });
  });

  test("every day of its years follows the day before", () => {
    let { year, month, day } = dateOf(FIRST);
    for (let days = FIRST; days <= LAST; days++) {
      const date = dateOf(days);
      if (date.year !== year || date.month !== month || date.day !== day) {
        throw new Error(`day ${days} is ${JSON.stringify(date)}`);
      }
      day += 1;
      if (day > daysInMonth(year, month)) {
        day = 1;
        month += 1;
      }
      if (month > 12) {
        month = 1;
        year += 1;
      }
    }
    expect(year).toBe(10_000);
  });

  test("a date and its day count are two forms of one value", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: FIRST, max: LAST }),
        (days) => daysSinceEpoch(dateOf(days)) === days,
      ),
    );
  });

  test.each([
    [2024, 29],
    [2025, 28],
    [2000, 29],
    [1900, 28],
    [2100, 28],
  ])("February of %d has %d days", (year, days) => {
    expect(daysInMonth(year, 2)).toBe(days);
  });

  test("there is no month 0 or 13", () => {
    expect([daysInMonth(2026, 0), daysInMonth(2026, 13)]).toEqual([0, 0]);
  });
});
