/** Sovereigns and the recognition policy: nothing wider than what both states say. */
import { copyRows, type Merge } from "./merge.js";
import { narrowerPolicy } from "./narrower-policy.js";

/**
 * To know a sovereign grants nothing, and its keys never go back: the rows are the live state's. One that this state has lost,
 * for its inventory still names it, comes from the backup.
 */
export function mergeSovereigns(merge: Merge): void {
  copyRows(merge, "concordat_sovereigns", "live");
  copyRows(
    merge,
    "concordat_sovereigns",
    "backup",
    `sovereign_id NOT IN (SELECT sovereign_id FROM live.concordat_sovereigns)
       AND sovereign_id IN (SELECT object_id FROM live.concordat_inventory WHERE kind = 'Sovereign' AND live = 1)`,
  );
}

const ACTIVE = "SELECT policy_id, policy_json FROM";

/** The policy in force allows what both allow, and denies what either denies. Without one on both sides there is none. */
export function mergePolicy(merge: Merge): void {
  const { transaction, at } = merge;
  copyRows(merge, "recognition_policies", "live", "active = 0");
  const policyOf = (side: string): readonly unknown[] =>
    transaction.rows(
      `${ACTIVE} ${side}.recognition_policies WHERE active = 1 ORDER BY rowid LIMIT 1`,
    )[0] ?? [];
  const [id, live] = policyOf("live");
  const [, backup] = policyOf("backup");
  if (typeof id !== "string" || typeof live !== "string" || typeof backup !== "string") return;
  const json = live === backup ? live : narrowerPolicy(live, backup);
  if (json === null) return;
  transaction.run(
    `INSERT OR REPLACE INTO main.recognition_policies (policy_id, policy_json, active, created_at) VALUES (?, ?, 1, ?)`,
    id,
    json,
    at,
  );
}
