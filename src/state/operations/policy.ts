/** The local recognition policy: never more than one is active. */
import { AppError } from "../../errors.js";
import type { Transaction } from "../connection.js";

/** The upsert is the reference's: going back to an earlier policy makes its row active again. */
export function putPolicy(
  transaction: Transaction,
  policyId: string,
  json: string,
  at: string,
): void {
  deactivate(transaction);
  transaction.run(
    `INSERT INTO recognition_policies (policy_id, policy_json, active, created_at) VALUES (?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET policy_json = excluded.policy_json, active = 1, created_at = excluded.created_at`,
    policyId,
    json,
    at,
  );
}

/** Throws AppError `internal` when no policy is active. */
export function removePolicy(transaction: Transaction): void {
  if (deactivate(transaction) === 0)
    throw new AppError("internal", "there is no active recognition policy to remove");
}

function deactivate(transaction: Transaction): number {
  return transaction.run("UPDATE recognition_policies SET active = 0 WHERE active <> 0");
}
