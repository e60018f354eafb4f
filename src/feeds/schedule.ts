/** When a feed is polled again, and whether the newest one is recent enough. Pure. */
import type { FeedPoll, SovereignRecord } from "../model/state.js";
import type { Instant, Seconds, Timestamp } from "../model/time.js";
import { plusMicros, plusSeconds, toInstant } from "../protocol/instant.js";
import { CLOCK_SKEW_SECONDS } from "./judge.js";

/** However short a `maxAge` is, its sovereign is not asked more often. */
const SHORTEST_SECONDS = 10;
const FIRST_RETRY_SECONDS = 60;
const JITTER = 0.05;

export interface LastPoll {
  readonly poll: Pick<FeedPoll, "url" | "result" | "checkedAt">;
  /** Fetches in a row that failed. */
  readonly failures: number;
  /** A number from 0 to 1, drawn once per poll. */
  readonly chance: number;
}

/**
 * The moment of the next poll; null while the feed is suspended. A `maxAge` is looked at twice. A fetch that failed is tried
 * again after 1, 2, 4 minutes and so on; a feed that was refused is not, for asking sooner brings no other.
 */
export function nextPoll(
  { feed }: Pick<SovereignRecord, "feed">,
  last: LastPoll | null,
  intervalSeconds: Seconds,
  now: Instant,
): Instant | null {
  if (feed.url === null || feed.suspend) return null;
  // Nothing is known of this address yet, or nothing was asked for.
  if (last === null || last.poll.url !== feed.url || last.poll.result === "suspended") return now;
  const checked = toInstant(last.poll.checkedAt);
  // The clock was set back: how long ago that poll was, nobody knows.
  if (checked > now) return now;
  const half = feed.maxAge === null ? intervalSeconds : feed.maxAge / 2;
  const interval = Math.min(half, intervalSeconds);
  const retry = FIRST_RETRY_SECONDS * 2 ** Math.min(last.failures - 1, 20);
  const pause = last.failures > 0 ? Math.min(retry, interval) : interval;
  const jittered = Math.max(pause, SHORTEST_SECONDS) * (1 + JITTER * (2 * last.chance - 1));
  return plusMicros(checked, BigInt(Math.round(Math.max(jittered, SHORTEST_SECONDS) * 1e6)));
}

/** Whether a feed that was signed at `issuedAt` satisfies `maxAge`. Without a `maxAge` everything does. */
export function isFresh(maxAge: Seconds | null, issuedAt: Timestamp | null, now: Instant): boolean {
  if (maxAge === null) return true;
  if (issuedAt === null) return false;
  const issued = toInstant(issuedAt);
  return now <= plusSeconds(issued, maxAge) && issued <= plusSeconds(now, CLOCK_SKEW_SECONDS);
}
