import { expect, test } from "vitest";
import { requestTime } from "../../../../src/http/admin/credentials.js";

test.each([
  ["2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z"],
  ["2026-11-23T00:00:00+00:00", "2026-11-23T00:00:00Z"],
  ["2026-11-23T01:00:00+01:00", "2026-11-23T01:00:00+01:00"],
  // No zone: UTC, as the reference has it.
  ["2026-11-23T00:00:00", "2026-11-23T00:00:00Z"],
  ["2026-11-23T00:00:00.250000", "2026-11-23T00:00:00.250000Z"],
  ["2026-11-23T00:00:00.123456789Z", "2026-11-23T00:00:00.123456Z"],
])("%s is read", (text, timestamp) => {
  expect(requestTime(text)).toBe(timestamp);
});

test.each([
  "2026-11-23T00:00:00+00:60",
  "2026-11-23T00:00:00+24:00",
  "2026-11-23T24:00:00Z",
  "2026-02-30T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "2026-11-23",
  "1763856000",
  "now",
  " ",
  "2026-11-23T00:00:00Z ",
])("%j is no time", (text) => {
  expect(requestTime(text)).toBeNull();
});

test("the year 9999 is one, and is far away", () => {
  expect(requestTime("9999-12-31T23:59:59Z")).toBe("9999-12-31T23:59:59Z");
});
