/** What is told of the controller's events: ids, reasons and counts, never documents or secrets. Pure. */
import type { BackupEvent } from "../model/backup.js";
import type {
  ConditionStatus,
  ConditionType,
  ControllerEvent,
  FeedResult,
} from "../model/controller.js";
import type { Timestamp } from "../model/time.js";
import { sha256 } from "../protocol/digest.js";

export type MessageType =
  | "concordat.condition.changed"
  | "concordat.drift.detected"
  | "concordat.drift.resolved"
  | "concordat.plan.refused"
  | "concordat.feed.rejected"
  | "concordat.feed.recovered"
  | "concordat.backup.failed"
  | "concordat.backup.recovered";

export type Severity = "info" | "warning" | "error";

type Field = string | number | boolean | null;

/** Something to tell. One of the same key shortly after says nothing new. */
export interface Message {
  readonly type: MessageType;
  readonly key: string;
  /** What the message is the state of, when a later one can take it back; null for what merely happened. */
  readonly subject: string | null;
  /** True: as it should be. */
  readonly isResolved: boolean;
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, Field | readonly Readonly<Record<string, Field>>[]>>;
  readonly occurred_at: Timestamp;
}

export type DriftEvent = Extract<ControllerEvent, { type: "drift_detected" | "drift_resolved" }>;

const MAX_LISTED = 20;
const MAX_TEXT = 1000;

/** How each condition should be, and how bad it is when it is otherwise. Null: not told, it says that work goes on. */
const CONDITIONS: Readonly<
  Record<ConditionType, { readonly healthy: ConditionStatus; readonly severity: Severity } | null>
> = {
  Ready: { healthy: "True", severity: "error" },
  Reconciling: null,
  Stalled: { healthy: "False", severity: "error" },
  SourceVerified: { healthy: "True", severity: "error" },
  Drifted: { healthy: "False", severity: "warning" },
  Suspended: { healthy: "False", severity: "info" },
  Frozen: { healthy: "False", severity: "info" },
  FeedsFresh: { healthy: "True", severity: "warning" },
};

/** Whether a feed is as it should be. Null says neither: it could not be read, or we ourselves take none of it. */
const FEED_RESULTS: Readonly<Record<FeedResult, boolean | null>> = {
  imported: true,
  unchanged: true,
  refreshed: true,
  suspended: null,
  fetch_failed: null,
  rejected_by_git: null,
  malformed: false,
  wrong_issuer: false,
  stale_sequence: false,
  missing_signature: false,
  invalid_signature: false,
  equivocation: false,
  sequence_jump: false,
  from_the_future: false,
};

/**
 * What an event tells by itself, or null. `open` are the subjects last seen as they should not be: only they can recover.
 * Drift comes in numbers, so `driftMessage` tells all of a run at once.
 */
export function toMessage(
  event: ControllerEvent,
  open: ReadonlySet<string>,
  now: Timestamp,
): Message | null {
  switch (event.type) {
    case "condition":
      return conditionMessage(event, open);
    case "refused":
      return refusalMessage(event, now);
    case "feed":
      return feedMessage(event, open, now);
    case "backup":
      return backupMessage(event, open, now);
    default:
      return null;
  }
}

/** Drift of one sort, detected or resolved, that was found together; at least one. */
export function driftMessage(
  type: DriftEvent["type"],
  events: readonly DriftEvent[],
  now: Timestamp,
): Message {
  const isDetected = type === "drift_detected";
  const objects = events.map((event) => {
    const { class: driftClass, kind, name, id } = "drift" in event ? event.drift : event;
    const done = "drift" in event ? event.drift.disposition : event.resolution;
    return { class: driftClass, kind, name, id, [isDetected ? "disposition" : "resolution"]: done };
  });
  const listed = objects.slice(0, MAX_LISTED);
  const lines = listed.map(({ class: of, kind, name, id }) => `${kind} ${name ?? id}: ${of}`);
  const more = objects.length > listed.length ? [`and ${objects.length - listed.length} more`] : [];
  const ids = objects.map((object) => `${object.class} ${object.kind} ${object.id}`).join("\n");
  return {
    type: isDetected ? "concordat.drift.detected" : "concordat.drift.resolved",
    key: `${type}/${sha256(ids)}`,
    subject: null,
    isResolved: !isDetected,
    severity: isDetected ? "warning" : "info",
    title: `Drift ${isDetected ? "detected" : "resolved"}: ${objects.length}`,
    text: plain([...lines, ...more].join("\n")),
    fields: { count: objects.length, objects: listed },
    occurred_at: now,
  };
}

function conditionMessage(
  { condition, previous }: Extract<ControllerEvent, { type: "condition" }>,
  open: ReadonlySet<string>,
): Message | null {
  const { type, status, reason, observed_commit: commit } = condition;
  const told = CONDITIONS[type];
  const subject = `condition/${type}`;
  if (told === null || status === "Unknown") return null;
  const isResolved = status === told.healthy;
  const wasWrong = open.has(subject) || (previous !== null && isOpposite(previous, told.healthy));
  if (isResolved && !wasWrong) return null;
  const text = plain(condition.message);
  return {
    type: "concordat.condition.changed",
    key: `${subject}/${status}/${reason}/${commit ?? ""}`,
    subject,
    isResolved,
    severity: isResolved ? "info" : told.severity,
    title: `${type} is ${status}: ${reason}`,
    text,
    fields: { condition: type, status, previous, reason, message: text, commit },
    occurred_at: condition.last_transition_time,
  };
}

function isOpposite(status: ConditionStatus, healthy: ConditionStatus): boolean {
  return status !== "Unknown" && status !== healthy;
}

function refusalMessage(
  event: Extract<ControllerEvent, { type: "refused" }>,
  now: Timestamp,
): Message {
  const { commit, reason } = event;
  const guards = event.guards.slice(0, MAX_LISTED).map(plain).join(", ");
  const text = plain(event.message);
  return {
    type: "concordat.plan.refused",
    key: `refused/${reason}/${commit ?? ""}/${guards}`,
    subject: null,
    isResolved: false,
    severity: "error",
    title: `Refused: ${reason}`,
    text,
    fields: { commit, reason, guards, message: text },
    occurred_at: now,
  };
}

function feedMessage(
  { feed }: Extract<ControllerEvent, { type: "feed" }>,
  open: ReadonlySet<string>,
  now: Timestamp,
): Message | null {
  const { issuer_sovereign_id: issuer, result, sequence } = feed;
  const subject = `feed/${issuer}`;
  const isResolved = result === null ? null : FEED_RESULTS[result];
  if (result === null || isResolved === null || (isResolved && !open.has(subject))) return null;
  const text = plain(feed.message);
  return {
    type: isResolved ? "concordat.feed.recovered" : "concordat.feed.rejected",
    key: `${subject}/${result}`,
    subject,
    isResolved,
    severity: isResolved ? "info" : "error",
    title: plain(`Feed of ${issuer} ${isResolved ? "recovered" : "rejected"}: ${result}`),
    text,
    fields: { issuer_sovereign_id: plain(issuer), result, sequence, message: text },
    occurred_at: now,
  };
}

function backupMessage(
  { failure, newest }: BackupEvent,
  open: ReadonlySet<string>,
  now: Timestamp,
): Message | null {
  const subject = "backup";
  const isResolved = failure === null;
  if (isResolved && !open.has(subject)) return null;
  const newestAt = newest?.at ?? null;
  const text = plain(failure?.message ?? `the newest is of ${newestAt ?? "an unknown time"}`);
  return {
    type: isResolved ? "concordat.backup.recovered" : "concordat.backup.failed",
    key: `${subject}/${failure?.code ?? "ok"}`,
    subject,
    isResolved,
    severity: isResolved ? "info" : "error",
    title: isResolved ? "Backups are made again" : `Backup failed: ${failure.code}`,
    text,
    fields: { code: failure?.code ?? null, newest_at: newestAt, message: text },
    occurred_at: now,
  };
}

/** Without characters that a reader obeys or hides, and no longer than a message should be. */
function plain(text: string): string {
  const visible = text.replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
  return visible.length > MAX_TEXT ? `${visible.slice(0, MAX_TEXT).toWellFormed()}…` : visible;
}
