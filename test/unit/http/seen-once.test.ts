/** Memories of requests and of failures are exact in time and bounded in size. */
import { describe, expect, test } from "vitest";
import { FailureLimit } from "../../../src/http/failure-limit.js";
import { SeenOnce } from "../../../src/http/seen-once.js";
import { plusSeconds } from "../../../src/protocol/instant.js";
import { instant } from "../connectome/snapshots.js";

const NOW = instant("2026-11-23T00:00:00Z");

describe("names that may come once", () => {
  test("are refused until they are forgotten", () => {
    const seen = new SeenOnce(600, 10);
    expect(seen.isFirst("a", NOW)).toBe(true);
    expect(seen.isFirst("a", plusSeconds(NOW, 599))).toBe(false);
    expect(seen.isFirst("b", NOW)).toBe(true);
    expect(seen.isFirst("a", plusSeconds(NOW, 600))).toBe(true);
    expect(seen.isFirst("a", plusSeconds(NOW, 601))).toBe(false);
  });

  test("past the limit the oldest is forgotten, and no other", () => {
    const seen = new SeenOnce(600, 2);
    for (const name of ["a", "b", "c"]) seen.isFirst(name, NOW);
    expect(["c", "b"].map((name) => seen.isFirst(name, NOW))).toEqual([false, false]);
    expect(seen.isFirst("a", NOW)).toBe(true);
  });
});

describe("failures of an address", () => {
  const options = { failures: 2, seconds: 60, addresses: 2 };

  test("count within the time, and for this address only", () => {
    const limit = new FailureLimit(options);
    limit.add("a", NOW);
    expect(limit.isReached("a", NOW)).toBe(false);
    limit.add("a", plusSeconds(NOW, 59));
    expect(limit.isReached("a", plusSeconds(NOW, 59))).toBe(true);
    expect(limit.isReached("b", plusSeconds(NOW, 59))).toBe(false);
    expect(limit.isReached("a", plusSeconds(NOW, 60))).toBe(false);
    limit.add("a", plusSeconds(NOW, 60));
    expect(limit.isReached("a", plusSeconds(NOW, 60))).toBe(false);
  });

  test("are kept of so many addresses", () => {
    const limit = new FailureLimit({ ...options, failures: 1 });
    for (const address of ["a", "b", "c"]) limit.add(address, NOW);
    expect(["a", "b", "c"].map((address) => limit.isReached(address, NOW))).toEqual([
      false,
      true,
      true,
    ]);
  });
});
