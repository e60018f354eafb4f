/** Feeds received from foreign sovereigns: import in sequence, refuse what is stale or equivocates, undo what is not accepted. */
import type { DesiredFeed } from "../model/desired.js";
import type { Finding, Skipped } from "../model/plan.js";
import type { FeedRecord } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { documentJson, parseFeed } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";
import { sameRevocations } from "../protocol/same-revocations.js";
import { appliedSpec, change, entryOf } from "./change.js";
import { inventoryOf, positionOf, type PlanContext } from "./context.js";
import { feedSpec } from "./spec.js";
import { emptyOutcome, type Outcome, type Step } from "./step.js";

/** What this plan leaves of an issuer's imported feeds. */
interface Issuer {
  readonly feeds: FeedRecord[];
}

/** Compares the feeds of the tree with what was imported. */
export function diffFeeds(context: PlanContext): Outcome {
  const outcome = emptyOutcome();
  const issuers = new Map<string, Issuer>();
  for (const row of context.snapshot.feeds) {
    const issuer = issuers.get(row.issuer) ?? { feeds: [] };
    issuer.feeds.push(row);
    issuers.set(row.issuer, issuer);
  }
  // Refusals first: they re-open the sequence for what follows. Then in order of the sequence.
  const order = (feed: DesiredFeed): number => (feed.accept ? 1 : 0);
  const feeds = context.desired.feeds.toSorted(
    (left, right) =>
      order(left) - order(right) ||
      Number(left.feed.body.sequence) - Number(right.feed.body.sequence),
  );
  for (const desired of feeds) {
    const issuer = issuers.get(desired.issuerSovereignId) ?? { feeds: [] };
    issuers.set(desired.issuerSovereignId, issuer);
    if (desired.accept) accept(context, outcome, issuer, desired);
    else refuse(context, outcome, issuer, desired);
  }
  removed(context, outcome);
  return outcome;
}

function record(context: PlanContext, desired: DesiredFeed): Step {
  const entry = entryOf(context, {
    kind: "RevocationFeed",
    name: desired.name,
    objectId: desired.feed.body.feed_id,
    spec: feedSpec(desired),
    source: desired.source,
  });
  return { do: "record", entry };
}

function about(desired: DesiredFeed): Pick<Finding, "kind" | "name" | "source"> {
  return { kind: "RevocationFeed", name: desired.name, source: positionOf(desired.source) };
}

/** Two texts where there can be one: the same sequence of an issuer, or a feed id that another feed bears. */
function equivocation(desired: DesiredFeed, other: FeedRecord): Finding {
  const { feed_id: id, issuer_sovereign_id: issuer } = desired.feed.body;
  const message =
    other.issuer === issuer
      ? `${issuer} signed two different feeds with sequence ${other.sequence}, or with one id`
      : `${issuer} signed a feed with the id ${id}, which a feed of ${other.issuer} bears`;
  return {
    code: "feed_equivocation",
    level: "error",
    message,
    hint: "keep both files as evidence, set accept: false on one, and ask the issuer",
    ...about(desired),
  };
}

/** Text of another program, taken over as it was: the same feed, signatures included, in another form. */
function isSameDocument(row: FeedRecord, json: string): boolean {
  return documentJson(parseFeed(parseJson(row.json))) === json;
}

/** The reference signs a new feed at each request (protocol.md 10): a poll may have brought the same one already. */
function repeats(desired: DesiredFeed, other: FeedRecord): boolean {
  const { body } = desired.feed;
  return (
    other.issuer === body.issuer_sovereign_id &&
    other.sequence === body.sequence &&
    sameRevocations(parseFeed(parseJson(other.json)).body, body)
  );
}

function skip(
  outcome: Outcome,
  desired: DesiredFeed,
  reason: Skipped["reason"],
  message: string,
): void {
  outcome.skipped.push({
    kind: "RevocationFeed",
    name: desired.name,
    id: desired.feed.body.feed_id,
    reason,
    message,
  });
}

function accept(
  context: PlanContext,
  outcome: Outcome,
  issuer: Issuer,
  desired: DesiredFeed,
): void {
  const { body } = desired.feed;
  const json = documentJson(desired.feed);
  const conflict =
    issuer.feeds.find((row) => row.sequence === body.sequence) ??
    context.snapshot.feeds.find((row) => row.feedId === body.feed_id);
  if (conflict !== undefined) {
    if (conflict.json === json || isSameDocument(conflict, json)) {
      settle(context, outcome, desired);
      return;
    }
    if (repeats(desired, conflict)) {
      const message = `sequence ${conflict.sequence} is imported with the same revocations under another signature`;
      skip(outcome, desired, "superseded", message);
      return;
    }
    outcome.findings.push(equivocation(desired, conflict));
    return;
  }
  const sovereign = context.desired.sovereigns.find(
    (candidate) => candidate.sovereignId === desired.issuerSovereignId,
  );
  if (sovereign?.feed.suspend === true) {
    skip(outcome, desired, "suspended", `feeds of ${desired.issuerSovereignId} are suspended`);
    return;
  }
  const highest = issuer.feeds.reduce((max, row) => Math.max(max, row.sequence), -1);
  const sequence = Number(body.sequence);
  if (issuer.feeds.length > 0 && sequence <= highest) {
    outcome.findings.push({
      code: "stale_feed",
      level: "warning",
      message: `sequence ${sequence} is not above ${highest}, the highest accepted (stale_sequence)`,
      hint: "delete the file: its revocations stand in the later feed",
      ...about(desired),
    });
    skip(outcome, desired, "superseded", `a feed with sequence ${highest} is imported already`);
    return;
  }
  const jump = context.policy.maxSequenceJump;
  const base = issuer.feeds.length > 0 ? highest : 0;
  if (!Number.isSafeInteger(sequence) || sequence - base > jump) {
    outcome.findings.push({
      code: "sequence_jump",
      level: "error",
      message: `sequence ${body.sequence} is more than ${jump} above ${base}: it would lock out every later feed`,
      hint: "ask the issuer; raise policy.maxSequenceJump only in a change of its own",
      ...about(desired),
    });
    return;
  }
  issuer.feeds.push({
    feedId: body.feed_id,
    issuer: desired.issuerSovereignId,
    sequence,
    json,
    importedAt: "",
  });
  outcome.planned.push({
    change: change({
      action: "import",
      kind: "RevocationFeed",
      name: desired.name,
      id: body.feed_id,
      reason: "feed_received",
      risk: "reduces",
      after: feedSpec(desired),
      source: positionOf(desired.source),
    }),
    steps: [{ do: "import_feed", feed: desired.feed }, record(context, desired)],
  });
}

/** Imported already: only the inventory may have to learn it. */
function settle(context: PlanContext, outcome: Outcome, desired: DesiredFeed): void {
  const entry = inventoryOf(context, "RevocationFeed").get(desired.name);
  const isRecorded = entry?.objectId === desired.feed.body.feed_id;
  if (isRecorded && entry.specJson === canonicalJson(feedSpec(desired))) return;
  outcome.planned.push({
    change: change({
      action: "record",
      kind: "RevocationFeed",
      name: desired.name,
      id: desired.feed.body.feed_id,
      reason: "spec_changed",
      risk: "keeps",
      after: feedSpec(desired),
      source: positionOf(desired.source),
    }),
    steps: [record(context, desired)],
  });
}

function refuse(
  context: PlanContext,
  outcome: Outcome,
  issuer: Issuer,
  desired: DesiredFeed,
): void {
  const { body } = desired.feed;
  const imported = issuer.feeds.findIndex((row) => row.feedId === body.feed_id);
  const rejected = context.snapshot.rejectedFeeds.some((row) => row.feedId === body.feed_id);
  if (imported < 0 && rejected) {
    settle(context, outcome, desired);
    return;
  }
  const stored = issuer.feeds[imported];
  if (stored !== undefined && !isSameDocument(stored, documentJson(desired.feed))) {
    outcome.findings.push(equivocation(desired, stored));
    return;
  }
  const entry = inventoryOf(context, "RevocationFeed").get(desired.name);
  outcome.planned.push({
    change: change({
      action: "reject",
      kind: "RevocationFeed",
      name: desired.name,
      id: body.feed_id,
      reason: "feed_refused",
      risk: imported < 0 ? "keeps" : "widens",
      before: entry === undefined ? null : appliedSpec(entry),
      after: feedSpec(desired),
      source: positionOf(desired.source),
    }),
    steps: [{ do: "reject_feed", feed: desired.feed }, record(context, desired)],
  });
  if (imported < 0) return;
  issuer.feeds.splice(imported, 1);
  outcome.findings.push({
    code: "feed_rejected_after_import",
    level: "warning",
    message: `rejecting sequence ${body.sequence} takes back the revocations that only this feed made`,
    hint: "compare the feed's list: those attestations are accepted again",
    ...about(desired),
  });
}

/** A feed's file went: revocations are a union, so what it brought stays. */
function removed(context: PlanContext, outcome: Outcome): void {
  const names = new Set(context.desired.feeds.map((feed) => feed.name));
  for (const entry of inventoryOf(context, "RevocationFeed").values()) {
    if (names.has(entry.name)) continue;
    outcome.planned.push({
      change: change({
        action: "forget",
        kind: "RevocationFeed",
        name: entry.name,
        id: entry.objectId,
        reason: "removed_from_desired_state",
        risk: "keeps",
        before: appliedSpec(entry),
      }),
      steps: [{ do: "forget", kind: "RevocationFeed", name: entry.name }],
    });
    outcome.findings.push({
      code: "feed_removed",
      level: "info",
      message: `${entry.name} left the tree; the revocations it brought stay`,
      hint: "to take them back, restore the file and set accept: false",
      kind: "RevocationFeed",
      name: entry.name,
      source: null,
    });
  }
}
