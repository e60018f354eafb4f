import { expect, test } from "vitest";
import { feedsFresh, fold, readiness, suspended } from "../../../src/controller/conditions.js";
import { CONDITIONS, type FeedStatus } from "../../../src/model/controller.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";

const AT = parseTimestamp("2026-11-23T00:00:00Z");
const LATER = parseTimestamp("2026-11-23T01:00:00Z");

function feed(id: string, fresh: boolean): FeedStatus {
  return {
    issuer_sovereign_id: id,
    name: id.toLowerCase(),
    url: "https://feeds.example/feed",
    result: "unchanged",
    message: "",
    sequence: 1,
    issued_at: AT,
    checked_at: AT,
    succeeded_at: AT,
    fresh,
    next_poll_at: null,
  };
}

/** As from the moment that git names it until its first poll. */
function unpolled(id: string): FeedStatus {
  return { ...feed(id, false), result: null, checked_at: null };
}

test("before anything was judged every condition is unknown, in the published order", () => {
  const { conditions } = fold([], {}, AT, null);
  expect(conditions.map(({ type }) => type)).toEqual(CONDITIONS);
  expect(new Set(conditions.map(({ status }) => status))).toEqual(new Set(["Unknown"]));
});

test("the time of a transition moves with the status alone, and listeners hear of a new reason too", () => {
  const first = fold([], readiness("stalled", "ValidationFailed", "two faults"), AT, "c1");
  const second = fold(
    first.conditions,
    readiness("stalled", "ThresholdExceeded", "too much"),
    LATER,
    "c2",
  );
  const ready = second.conditions.find(({ type }) => type === "Ready");
  expect(ready).toMatchObject({
    status: "False",
    reason: "ThresholdExceeded",
    last_transition_time: AT,
    observed_commit: "c2",
  });
  expect(second.transitions.map(({ condition, previous }) => [condition.type, previous])).toEqual([
    ["Ready", "False"],
    ["Reconciling", "False"],
    ["Stalled", "True"],
  ]);
});

test("the same judgement again is no transition", () => {
  const judgement = readiness("succeeded", "Succeeded", "equal");
  const first = fold([], judgement, AT, "c1");
  const second = fold(first.conditions, judgement, LATER, "c1");
  expect(second.transitions).toEqual([]);
  expect(second.conditions.find(({ type }) => type === "Ready")?.last_transition_time).toBe(AT);
});

test("what is not judged stays", () => {
  const first = fold([], { Suspended: suspended(null) }, AT, "c1");
  const second = fold(first.conditions, readiness("retrying", "FetchFailed", "down"), LATER, "c1");
  const of = (type: string) => second.conditions.find((condition) => condition.type === type);
  expect(of("Suspended")).toMatchObject({ status: "False", observed_commit: "c1" });
  expect([of("Ready")?.status, of("Reconciling")?.status, of("Stalled")?.status]).toEqual([
    "False",
    "True",
    "False",
  ]);
});

test.each([
  [[], "True", "NoFeeds"],
  [[feed("GLOBEX", true)], "True", "FeedsCurrent"],
  [[feed("GLOBEX", true), feed("INITECH", false)], "False", "FeedOverdue"],
  [[feed("GLOBEX", true), unpolled("INITECH")], "Unknown", "NotYetRun"],
  [[feed("GLOBEX", false), unpolled("INITECH")], "False", "FeedOverdue"],
] as const)("feeds %# are %s: %s", (feeds, status, reason) => {
  expect(feedsFresh(feeds)).toMatchObject({ status, reason });
});

test("of many overdue feeds five are named", () => {
  const many = Array.from({ length: 7 }, (_, i) => feed(`S${i}`, false));
  expect(feedsFresh(many).message).toBe("older than allowed: S0, S1, S2, S3, S4 and 2 more");
});
