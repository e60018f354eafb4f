/** Logs the events of a state that had no log: the migration's part. */
import { randomBytes } from "node:crypto";
import { AppError } from "../../errors.js";
import { parseEvent, type StoredEvent } from "../audit-events.js";
import type { Transaction } from "../connection.js";
import { readGeneration } from "../snapshot.js";
import { readEpoch } from "../writer-epoch.js";
import { LogTransaction } from "./log-transaction.js";

/** Appends every event that stands there, oldest first. Nothing is signed: a migration has no key. */
export function logStandingEvents(transaction: Transaction): void {
  const rows = transaction.rows("SELECT rowid FROM audit_events ORDER BY created_at, rowid");
  if (rows.length === 0) return;
  const log = new LogTransaction(transaction, {
    epoch: readEpoch(transaction) ?? 0,
    signer: () => null,
    random: randomBytes,
  });
  const generation = readGeneration(transaction);
  for (const [rowid] of rows) {
    const select = "SELECT event_id, event_json, created_at FROM audit_events WHERE rowid = ?";
    const [[id, json, createdAt] = []] = transaction.rows(select, Number(rowid));
    if (typeof id !== "string" || typeof json !== "string") continue;
    const event = eventOrNull(id, json);
    if (event !== null && event.created_at === createdAt) log.append([{ id, event }], generation);
  }
  log.finish();
}

/** A row of others that is no event, or one of another time, is in no log; `audit verify` names it. */
function eventOrNull(id: string, json: string): StoredEvent | null {
  try {
    return parseEvent(id, json);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
