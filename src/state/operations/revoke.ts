/** Revocation stands beside the signed document and is terminal (design.md 4.2, protocol.md 9). */
import { AppError } from "../../errors.js";
import type { Transaction } from "../connection.js";

const KEYS = {
  recognition_treaties: "treaty_id",
  membership_attestations: "attestation_id",
} as const;

/**
 * Marks one row revoked. Asking again for the revocation that stands there changes nothing.
 * Throws AppError `internal` when there is no such row, or it was revoked otherwise: the plan was made for another state.
 */
export function revoke(
  transaction: Transaction,
  table: keyof typeof KEYS,
  id: string,
  reason: string,
  at: string,
): void {
  const key = KEYS[table];
  const changed = transaction.run(
    `UPDATE ${table} SET status = 'revoked', revoked_at = ?, revocation_reason = ? WHERE ${key} = ? AND status <> 'revoked'`,
    at,
    reason,
    id,
  );
  if (changed === 1) return;
  const [found] = transaction.rows(
    `SELECT revoked_at, revocation_reason FROM ${table} WHERE ${key} = ?`,
    id,
  );
  if (found === undefined)
    throw new AppError("internal", `there is no ${id} in ${table} to revoke`);
  if (found[0] !== at || found[1] !== reason)
    throw new AppError("internal", `${id} in ${table} is already revoked`);
}
