/** The events about some objects, out of a whole log. */
import type { JsonObject, JsonValue } from "../model/json.js";
import { isJsonObject } from "../protocol/json.js";
import type { StoredEvent } from "../state/audit-events.js";

/** Free text: a name in it means nothing. */
const FREE_TEXT = new Set(["message", "reason", "holder", "incident", "error"]);
const SUCCESSION = /^(?:replaced_by|renewed_by):(.+)$/s;

/** An apply, and the one before it: the commits between them are what it brought. */
export interface ApplyEvent {
  readonly event: StoredEvent;
  /** Null for the first. */
  readonly previousCommit: string | null;
}

export interface Timeline {
  /** In the order in which they were made, with the applies that the others are part of. */
  readonly events: readonly StoredEvent[];
  /** Those of the applies, in the same order. */
  readonly applies: readonly ApplyEvent[];
}

/**
 * The events that name one of `ids` in a field of its own, and the applies that wrote them. An apply writes its
 * `plan_applied` last, so what stands before it with the same time belongs to it.
 */
export function timelineOf(log: Iterable<StoredEvent>, ids: ReadonlySet<string>): Timeline {
  const events: StoredEvent[] = [];
  const applies: ApplyEvent[] = [];
  let previousCommit: string | null = null;
  let latest: string | null = null;
  for (const event of log) {
    const isApply = event.event_type === "plan_applied";
    const isPart = isApply && latest === event.created_at;
    if (isPart || isAbout(event, ids)) {
      events.push(event);
      if (isApply) applies.push({ event, previousCommit });
      else latest = event.created_at;
    }
    if (isApply) {
      latest = null;
      previousCommit = textOf(event.details["commit"]) || previousCommit;
    }
  }
  return { events, applies };
}

function isAbout({ event_id, details }: StoredEvent, ids: ReadonlySet<string>): boolean {
  return ids.has(event_id) || names(details, ids);
}

function names(object: JsonObject, ids: ReadonlySet<string>): boolean {
  return Object.entries(object).some(([field, value]) =>
    FREE_TEXT.has(field) ? ids.has(SUCCESSION.exec(textOf(value))?.[1] ?? "") : holds(value, ids),
  );
}

function holds(value: JsonValue | undefined, ids: ReadonlySet<string>): boolean {
  if (typeof value === "string") return ids.has(value);
  if (Array.isArray(value)) return value.some((item: JsonValue) => holds(item, ids));
  return value !== undefined && isJsonObject(value) && names(value, ids);
}

export function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
