import { describe, expect, test } from "vitest";
import type { ControllerEvent, FeedResult } from "../../../src/model/controller.js";
import { slackBody, webhookBody } from "../../../src/notify/body.js";
import type { Notification } from "../../../src/notify/body.js";
import { driftMessage, toMessage } from "../../../src/notify/message.js";
import type { DriftEvent, Message } from "../../../src/notify/message.js";
import { AT, COMMIT, condition, drift, FAILED, feed, RECOVERED, refused, TICK } from "./events.js";

const NONE: ReadonlySet<string> = new Set();

const told = (event: ControllerEvent, open: Iterable<string> = NONE): Message | null =>
  toMessage(event, new Set(open), AT);

describe("conditions", () => {
  test("one that is not as it should be is told", () => {
    expect(told(FAILED)).toEqual({
      type: "concordat.condition.changed",
      key: `condition/Ready/False/FetchFailed/${COMMIT}`,
      subject: "condition/Ready",
      isResolved: false,
      severity: "error",
      title: "Ready is False: FetchFailed",
      text: "the source cannot be reached",
      fields: {
        condition: "Ready",
        status: "False",
        previous: null,
        reason: "FetchFailed",
        message: "the source cannot be reached",
        commit: COMMIT,
      },
      occurred_at: AT,
    });
  });

  test.each([
    ["Ready", "False", "True", "error"],
    ["Stalled", "True", "False", "error"],
    ["SourceVerified", "False", "True", "error"],
    ["Drifted", "True", "False", "warning"],
    ["Suspended", "True", "False", "info"],
    ["Frozen", "True", "False", "info"],
    ["FeedsFresh", "False", "True", "warning"],
  ] as const)("%s is told when %s, and when %s after that", (type, wrong, right, severity) => {
    const subject = `condition/${type}`;
    expect(told(condition({ type, status: wrong }))).toMatchObject({ subject, severity });
    expect(told(condition({ type, status: "Unknown" }))).toBe(null);
    expect(told(condition({ type, status: right }))).toBe(null);
    expect(told(condition({ type, status: right }, "Unknown"))).toBe(null);
    expect(told(condition({ type, status: right }, right))).toBe(null);
    const resolved = { subject, isResolved: true, severity: "info" };
    expect(told(condition({ type, status: right }, wrong))).toMatchObject(resolved);
    expect(told(condition({ type, status: right }, "Unknown"), [subject])).toMatchObject(resolved);
  });

  test("that work goes on is not told", () => {
    expect(told(condition({ type: "Reconciling", status: "True" }))).toBe(null);
    expect(told(condition({ type: "Reconciling", status: "False" }, "True"))).toBe(null);
  });

  test("another reason, commit or status is another key", () => {
    const keys = [
      FAILED,
      RECOVERED,
      condition({ reason: "PolicyDenied" }),
      condition({ observed_commit: null }),
      condition({ type: "Stalled", status: "True" }),
    ].map((event) => told(event)?.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("feeds", () => {
  test.each([
    "malformed",
    "wrong_issuer",
    "stale_sequence",
    "missing_signature",
    "invalid_signature",
    "equivocation",
    "sequence_jump",
    "from_the_future",
  ] as const)("%s is told", (result) => {
    expect(told(feed(result))).toMatchObject({
      type: "concordat.feed.rejected",
      key: `feed/GLOBEX/${result}`,
      severity: "error",
      title: `Feed of GLOBEX rejected: ${result}`,
    });
  });

  test.each(["imported", "unchanged", "refreshed"] as const)("%s is told after that", (result) => {
    expect(told(feed(result))).toBe(null);
    expect(told(feed(result, "OTHER"), ["feed/GLOBEX"])).toBe(null);
    expect(told(feed(result), ["feed/GLOBEX"])).toMatchObject({
      type: "concordat.feed.recovered",
      isResolved: true,
      severity: "info",
    });
  });

  test.each<FeedResult | null>([null, "suspended", "fetch_failed", "rejected_by_git"])(
    "%s says neither",
    (result) => {
      expect(told(feed(result))).toBe(null);
      expect(told(feed(result), ["feed/GLOBEX"])).toBe(null);
    },
  );
});

test("a refusal names its guards", () => {
  expect(told(refused())).toMatchObject({
    type: "concordat.plan.refused",
    severity: "error",
    title: "Refused: ThresholdExceeded",
    fields: { commit: COMMIT, guards: "removals, lost_paths" },
  });
});

test("drift is listed, and counted when it is too much to list", () => {
  const events = Array.from({ length: 25 }, (_, index) => drift(`id-${index}`) as DriftEvent);
  const message = driftMessage("drift_detected", events, AT);
  expect(message).toMatchObject({ title: "Drift detected: 25", fields: { count: 25 } });
  expect(message.fields["objects"]).toHaveLength(20);
  expect(message.text).toContain("RecognitionTreaty id-19: unmanaged\nand 5 more");
  const fewer = driftMessage("drift_detected", events.slice(1), AT);
  expect(fewer.key).not.toBe(message.key);
});

test("what only happens on the way is not told", () => {
  expect(told(TICK)).toBe(null);
});

const sent = (event: ControllerEvent): Notification => {
  const message = told(event);
  if (message === null) throw new Error("nothing told");
  const source = "https://example.org/trust.git";
  return { ...message, id: "msg_1", source, suppressed: 0, dropped: 0 };
};

test("the generic body is a type, a time and data", () => {
  const notification = { ...sent(FAILED), suppressed: 2, dropped: 1 };
  expect(JSON.parse(webhookBody(notification))).toEqual({
    type: "concordat.condition.changed",
    timestamp: "2026-11-23T00:00:00Z",
    data: {
      condition: "Ready",
      status: "False",
      previous: null,
      reason: "FetchFailed",
      message: "the source cannot be reached",
      commit: COMMIT,
      source: "https://example.org/trust.git",
      severity: "error",
      title: "Ready is False: FetchFailed",
      text: "the source cannot be reached",
      suppressed: 2,
      dropped: 1,
    },
  });
});

describe("the Slack body", () => {
  test("has a text for readers without blocks, and a section and a context for each", () => {
    const many = [{ ...sent(FAILED), suppressed: 2, dropped: 1 }, sent(RECOVERED)];
    expect(JSON.parse(slackBody(many))).toEqual({
      text: "Ready is False: FetchFailed\nReady is True: Succeeded",
      blocks: [
        {
          type: "section",
          text: {
            type: "mrkdwn",
            text: "*ERROR* Ready is False: FetchFailed\nthe source cannot be reached",
            verbatim: true,
          },
        },
        {
          type: "context",
          elements: [
            {
              type: "mrkdwn",
              text: "https://example.org/trust.git · 2026-11-23T00:00:00Z · 2 repeated since the last message · 1 lost",
              verbatim: true,
            },
          ],
        },
        {
          type: "section",
          text: { type: "mrkdwn", text: "*INFO* Ready is True: Succeeded", verbatim: true },
        },
        { type: "context", elements: [expect.anything()] },
      ],
    });
  });

  test("lets nothing from outside mention, link or format as Slack does", () => {
    const hostile = "<!channel> <@U1> <https://evil.example|ok> @here @all &lt;\u202e\u0000";
    const body = slackBody([{ ...sent(refused(hostile)), source: "<!here>" }]);
    expect(body).not.toMatch(/[<>\u202e]|@(?!\u200b)|\\u0000/);
    expect(body).toContain("&lt;!channel&gt; &lt;@\u200bU1&gt;");
    expect(body).toContain("&amp;lt;");
  });

  test("stays below the length that Slack takes, cut after escaping", () => {
    const body = slackBody([
      sent(refused("&".repeat(5000))),
      sent(feed("malformed", "<".repeat(5000))),
    ]);
    const { blocks } = JSON.parse(body) as {
      readonly blocks: readonly { text?: { text: string } }[];
    };
    for (const block of blocks) expect(block.text?.text.length ?? 0).toBeLessThan(3000);
    expect(body).not.toMatch(/&(?!amp;|lt;)/);
  });
});

test("no address of a feed and no query of it is told", () => {
  const notification = sent(feed("equivocation"));
  for (const body of [webhookBody(notification), slackBody([notification])]) {
    expect(body).not.toMatch(/hidden|globex\.example/);
  }
});

describe("backups", () => {
  const backup = (code: string | null): ControllerEvent => ({
    type: "backup",
    made: code === null,
    failure: code === null ? null : { code, message: "there is no room" },
    newest: { file: "one.db", at: AT, bytes: 4096 },
    removed: 0,
    every: 86_400,
    seconds: 1,
  });

  test("one that failed is told, and the first that goes well after it", () => {
    expect(told(backup("unwritable_file"))).toEqual({
      type: "concordat.backup.failed",
      key: "backup/unwritable_file",
      subject: "backup",
      isResolved: false,
      severity: "error",
      title: "Backup failed: unwritable_file",
      text: "there is no room",
      fields: { code: "unwritable_file", newest_at: AT, message: "there is no room" },
      occurred_at: AT,
    });
    expect(told(backup(null))).toBe(null);
    expect(told(backup(null), ["backup"])).toMatchObject({
      type: "concordat.backup.recovered",
      isResolved: true,
      text: `the newest is of ${AT}`,
    });
  });
});
