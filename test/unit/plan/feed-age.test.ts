import { expect, test } from "vitest";
import type { Desired } from "../../../src/model/desired.js";
import type { FeedPoll } from "../../../src/model/state.js";
import { parseTimestamp, toInstant } from "../../../src/protocol/instant.js";
import { planContext } from "../../../src/plan/context.js";
import { feedFindings } from "../../../src/plan/scope-findings.js";
import { emptyState } from "../../../src/state/open.js";
import { desired, feed, signedFeed, sovereign } from "../../helpers/desired.js";
import { feedPoll } from "../../helpers/feed-poll.js";

const DAY = 86_400;

function overdue(now: string, wanted: Desired, feedPolls: readonly FeedPoll[] = []): string[] {
  const snapshot = { ...emptyState().snapshot(), feedPolls };
  const findings = feedFindings(planContext(wanted, snapshot, toInstant(parseTimestamp(now))));
  return findings.map(({ code, name }) => `${code} ${name}`);
}

const globex = (maxAge: number | null) =>
  sovereign("globex", { feed: { url: null, maxAge, suspend: false } });
/** Signed on 2026-11-01. */
const signed = feed("first", signedFeed("globex", 1, []));

test("a feed is overdue from the second after its maxAge on", () => {
  const wanted = desired({ sovereigns: [globex(30 * DAY)], feeds: [signed] });
  expect(overdue("2026-12-01T00:00:00.999999Z", wanted)).toEqual([]);
  expect(overdue("2026-12-01T00:00:01Z", wanted)).toEqual(["feed_overdue globex"]);
});

test("a sovereign without a maxAge owes no feed, one with a maxAge and no feed does", () => {
  expect(overdue("2026-12-01T00:00:00Z", desired({ sovereigns: [globex(null)] }))).toEqual([]);
  expect(overdue("2026-12-01T00:00:00Z", desired({ sovereigns: [globex(DAY)] }))).toEqual([
    "feed_overdue globex",
  ]);
});

test("a poll that found a later feed counts, an earlier or another issuer's does not", () => {
  const wanted = desired({ sovereigns: [globex(30 * DAY)], feeds: [signed] });
  const now = "2026-12-05T00:00:00Z";
  expect(overdue(now, wanted, [feedPoll("GLOBEX", "2026-11-20T00:00:00Z")])).toEqual([]);
  for (const useless of [
    feedPoll("GLOBEX", "2026-10-20T00:00:00Z"),
    feedPoll("INITECH", "2026-11-20T00:00:00Z"),
    { ...feedPoll("GLOBEX", "2026-11-20T00:00:00Z"), issuedAt: null },
  ])
    expect(overdue(now, wanted, [useless])).toEqual(["feed_overdue globex"]);
});
