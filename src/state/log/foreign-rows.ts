/** Rows of `audit_events` that no entry records, for another program wrote them: found, and logged as they are found. */
import type { AuditEvent } from "../../model/audit.js";
import { AppError } from "../../errors.js";
import { canonicalJson } from "../../protocol/canonical.js";
import { parseEvent, type StoredEvent } from "../audit-events.js";
import type { Connection, Transaction } from "../connection.js";
import type { EventToLog } from "./append.js";

export interface ForeignRow {
  readonly id: string;
  /** Null: the row holds no event. */
  readonly type: string | null;
  readonly createdAt: string;
}

/** Makes an event of what a row held that was none. */
export type WrapRow = (row: {
  readonly found: string;
  readonly found_at: string;
  readonly found_id: string;
}) => AuditEvent;

const FOREIGN = `SELECT rowid, event_id, event_json, created_at FROM audit_events
  WHERE NOT EXISTS (SELECT 1 FROM concordat_log_leaves WHERE concordat_log_leaves.event_id = audit_events.event_id)
  ORDER BY created_at, rowid`;

/** Oldest first, read as they are taken. */
export function* iterateForeignRows(connection: Connection): Generator<ForeignRow> {
  for (const [, id, json, createdAt] of connection.iterate(FOREIGN)) {
    const type = eventOrNull(id, json)?.event_type ?? null;
    yield { id: String(id), type, createdAt: String(createdAt) };
  }
}

/**
 * The rows as the log can record them. A row that holds no event is put into one, made by `wrap` of what it held; the column
 * with an event's time is set to what the event says, for it is found by that.
 */
export function takeForeignRows(transaction: Transaction, wrap: WrapRow): readonly EventToLog[] {
  return transaction.rows(FOREIGN).map(([rowid, rowId, json, createdAt]) => {
    const known = eventOrNull(rowId, json);
    if (known !== null && typeof rowId === "string") {
      if (known.created_at !== createdAt)
        transaction.run(
          "UPDATE audit_events SET created_at = ? WHERE rowid = ?",
          known.created_at,
          Number(rowid),
        );
      return { id: rowId, event: known };
    }
    const { event_id, event_type, details, created_at } = wrap({
      found: textOf(json),
      found_at: textOf(createdAt),
      found_id: textOf(rowId),
    });
    const event = { event_id, event_type, details, created_at };
    transaction.run(
      "UPDATE audit_events SET event_id = ?, event_json = ?, created_at = ? WHERE rowid = ?",
      event_id,
      canonicalJson(event),
      created_at,
      Number(rowid),
    );
    return { id: event_id, event };
  });
}

function eventOrNull(id: unknown, json: unknown): StoredEvent | null {
  if (typeof json !== "string") return null;
  try {
    return parseEvent(String(id), json);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** The table takes anything, whatever the type of its columns. */
function textOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : String(value);
}
