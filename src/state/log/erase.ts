/** Erases one field of one entry: its salt and its value go, and its commitment says nothing of it any more. */
import { AppError } from "../../errors.js";
import { canonicalJson } from "../../protocol/canonical.js";
import { eraseField } from "../../protocol/log/committed.js";
import { parseEvent } from "../audit-events.js";
import type { Transaction } from "../connection.js";

/**
 * The leaf stays as it is, and every proof with it. False when the field was erased before.
 * Throws AppError `log_entry_not_found`, and `log_field_not_found` for a field that the leaf does not commit to.
 */
export function eraseEntryField(transaction: Transaction, index: number, field: string): boolean {
  const [row] = transaction.rows(
    `SELECT event_id, event_json FROM concordat_log_leaves JOIN audit_events USING (event_id) WHERE seq = ?`,
    index,
  );
  if (row === undefined)
    throw new AppError("log_entry_not_found", `the log has no event at index ${index}`);
  const [id, json] = row.map(String) as [string, string];
  const erased = eraseField(parseEvent(id, json), field);
  if (erased === null) {
    const fields = transaction.rows("SELECT field FROM concordat_log_salts WHERE seq = ?", index);
    const names = fields.map(String).join(", ");
    throw new AppError("log_field_not_found", `entry ${index} commits to no field ${field}`, {
      hint: names === "" ? "nothing of this entry can be erased" : `it commits to ${names}`,
    });
  }
  const removed = transaction.run(
    "DELETE FROM concordat_log_salts WHERE seq = ? AND field = ?",
    index,
    field,
  );
  if (removed === 0) return false;
  transaction.run(
    "UPDATE audit_events SET event_json = ? WHERE event_id = ?",
    canonicalJson(erased),
    id,
  );
  return true;
}
