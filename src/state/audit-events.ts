/** Reads and writes the audit events of a state (protocol.md 8). */
import { AppError } from "../errors.js";
import type { AuditEvent } from "../model/audit.js";
import type { JsonValue } from "../model/json.js";
import { canonicalJson } from "../protocol/canonical.js";
import { parseTimestamp, toOffsetForm } from "../protocol/instant.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import type { LoggedEvent } from "../protocol/log/committed.js";
import type { Connection, Transaction } from "./connection.js";

/** An event as it is stored. The reference's tools add types of their own, and may add fields. */
export type StoredEvent = LoggedEvent;

export interface EventFilter {
  readonly type?: string;
  /** A date-time with a zone; inclusive. */
  readonly since?: string;
  /** A date-time with a zone; exclusive. */
  readonly until?: string;
}

/** The log's order. CROSS JOIN keeps SQLite from walking the events first, and sorting what it found. */
const LOGGED = `SELECT event_id, event_json FROM concordat_log_leaves CROSS JOIN audit_events USING (event_id)
  WHERE created_at >= ? AND (? IS NULL OR created_at < ?) ORDER BY seq`;
/** What other programs have written. */
const UNLOGGED = `SELECT event_id, event_json FROM audit_events
  WHERE created_at >= ? AND (? IS NULL OR created_at < ?)
    AND NOT EXISTS (SELECT 1 FROM concordat_log_leaves WHERE concordat_log_leaves.event_id = audit_events.event_id)
  ORDER BY created_at, rowid`;

/**
 * Events in the order of the log, and then those of other programs, which are not in it, by their time. Throws AppError `bad_time` for the filter at once, and `state_corrupt` for an
 * event that is not one when its turn comes.
 */
export function readEvents(
  connection: Connection,
  { type, since, until }: EventFilter,
): Iterable<StoredEvent> {
  // Every writer uses the `+00:00` form, whose order as text is its order in time.
  const from = since === undefined ? "" : toOffsetForm(parseTimestamp(since));
  const to = until === undefined ? null : toOffsetForm(parseTimestamp(until));
  return eventsBetween(connection, from, to, type);
}

function* eventsBetween(
  connection: Connection,
  from: string,
  to: string | null,
  type: string | undefined,
): Generator<StoredEvent> {
  for (const select of [LOGGED, UNLOGGED]) {
    for (const [id, json] of connection.iterate(select, from, to, to)) {
      const event = parseEvent(String(id), String(json));
      if (type === undefined || event.event_type === type) yield event;
    }
  }
}

export function writeEvent(transaction: Transaction, event: AuditEvent): void {
  const { event_id, event_type, details, created_at } = event;
  transaction.run(
    "INSERT INTO audit_events (event_id, event_json, created_at) VALUES (?, ?, ?)",
    event_id,
    canonicalJson({ event_id, event_type, details, created_at }),
    created_at,
  );
}

/** Throws AppError `state_corrupt` for what is no event. */
export function parseEvent(id: string, json: string): StoredEvent {
  const event = readJson(id, json);
  if (isStoredEvent(event)) return event;
  throw new AppError("state_corrupt", `audit event ${id} is not an event`);
}

function readJson(id: string, json: string): JsonValue {
  try {
    return parseJson(json);
  } catch (cause) {
    throw new AppError("state_corrupt", `audit event ${id} is not JSON`, { cause });
  }
}

function isStoredEvent(event: JsonValue): event is StoredEvent {
  return (
    isJsonObject(event) &&
    typeof event["event_id"] === "string" &&
    typeof event["event_type"] === "string" &&
    typeof event["created_at"] === "string" &&
    isJsonObject(event["details"])
  );
}
