import { describe, expect, test } from "vitest";
import { isFresh, nextPoll, type LastPoll } from "../../../src/feeds/schedule.js";
import {
  parseTimestamp,
  plusSeconds,
  secondsBetween,
  toInstant,
} from "../../../src/protocol/instant.js";

const URL_7 = "https://feeds.example/7";
const CHECKED = parseTimestamp("2026-11-23T00:00:00Z");
const NOW = toInstant(CHECKED);

interface Choices {
  readonly maxAge?: number;
  readonly interval?: number;
  readonly failures?: number;
  readonly chance?: number;
}

/** Seconds from a poll to the next. */
function pause({ maxAge, interval = 900, failures = 0, chance = 0.5 }: Choices): number {
  const feed = { url: URL_7, maxAge: maxAge ?? null, suspend: false };
  const result = failures > 0 ? "fetch_failed" : "unchanged";
  const last: LastPoll = { poll: { url: URL_7, result, checkedAt: CHECKED }, failures, chance };
  const next = nextPoll({ feed }, last, interval, NOW);
  return next === null ? Number.NaN : Number(next - NOW) / 1e6;
}

describe("the next poll", () => {
  test("comes after the interval, or half of maxAge when that is shorter", () => {
    expect(pause({})).toBe(900);
    expect(pause({ maxAge: 7200 })).toBe(900);
    expect(pause({ maxAge: 600 })).toBe(300);
    expect(pause({ interval: 60, maxAge: 600 })).toBe(60);
  });

  test("varies by five percent", () => {
    expect(pause({ chance: 0 })).toBe(855);
    expect(pause({ chance: 1 })).toBe(945);
  });

  test("never comes within ten seconds", () => {
    expect(pause({ maxAge: 1 })).toBe(10);
    expect(pause({ maxAge: 1, chance: 0 })).toBe(10);
    expect(pause({ interval: 1, chance: 0 })).toBe(10);
    expect(pause({ interval: 1, failures: 1, chance: 0 })).toBe(10);
  });

  test("comes sooner after a failure, and later with each, up to the interval", () => {
    const pauses = [1, 2, 3, 4, 5, 6, 1000].map((failures) => pause({ failures }));
    expect(pauses).toEqual([60, 120, 240, 480, 900, 900, 900]);
    expect(pause({ failures: 1, maxAge: 60 })).toBe(30);
  });

  test("is due at once when the last one is in the future, because the clock was set back", () => {
    const feed = { url: URL_7, maxAge: null, suspend: false };
    const poll = { url: URL_7, result: "unchanged", checkedAt: CHECKED } as const;
    const earlier = plusSeconds(NOW, -7_200);
    expect(nextPoll({ feed }, { poll, failures: 0, chance: 0.5 }, 900, earlier)).toBe(earlier);
  });

  test("is due at once for an address that was not asked yet", () => {
    const feed = { url: URL_7, maxAge: null, suspend: false };
    const poll = {
      url: "https://elsewhere.example/",
      result: "unchanged",
      checkedAt: CHECKED,
    } as const;
    expect(nextPoll({ feed }, null, 900, NOW)).toBe(NOW);
    const moved = { poll, failures: 3, chance: 0.5 } as const;
    expect(nextPoll({ feed }, moved, 900, NOW)).toBe(NOW);
    const resumed = { ...moved, poll: { ...poll, url: URL_7, result: "suspended" } } as const;
    expect(nextPoll({ feed }, resumed, 900, NOW)).toBe(NOW);
  });

  test("never comes for a suspended feed, or for none", () => {
    const feed = { url: URL_7, maxAge: null, suspend: true };
    expect(nextPoll({ feed }, null, 900, NOW)).toBeNull();
    expect(nextPoll({ feed: { ...feed, url: null, suspend: false } }, null, 900, NOW)).toBeNull();
  });
});

describe("a feed is fresh", () => {
  const ago = (seconds: number): ReturnType<typeof plusSeconds> => plusSeconds(NOW, seconds);

  test("up to maxAge and not a microsecond longer", () => {
    expect(isFresh(60, CHECKED, ago(60))).toBe(true);
    expect(isFresh(60, CHECKED, ago(61))).toBe(false);
    expect(secondsBetween(NOW, ago(60))).toBe(60);
  });

  test("without a maxAge always, with one never before the first", () => {
    expect(isFresh(null, CHECKED, ago(1e9))).toBe(true);
    expect(isFresh(null, null, NOW)).toBe(true);
    expect(isFresh(60, null, NOW)).toBe(false);
  });

  test("not when it is dated ahead by more than clocks differ", () => {
    expect(isFresh(60, CHECKED, ago(-300))).toBe(true);
    expect(isFresh(60, CHECKED, ago(-301))).toBe(false);
  });
});
