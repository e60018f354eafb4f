/** How each table of a state comes through a restore. A test refuses a table without a rule. */
import { copyRows, joinRows, type Merge } from "./merge.js";
import { mergeFeeds, mergePolls } from "./merge-feeds.js";
import { mergeKeys } from "./merge-keys.js";
import { mergePolicy, mergeSovereigns } from "./merge-records.js";
import { mergeSigned, SIGNED_TABLES } from "./merge-signed.js";

export type CarryRule =
  /** Made with the schema, or set by the restore itself. */
  | "made"
  /** Can be lost: whoever needs it makes it anew. */
  | "left_out"
  /** Byte for byte from whichever state has the longer log, for the log never goes back. */
  | "log"
  /** As the live state has it: what it says is younger, and older would trust more. */
  | "live"
  /** As the backup has it. */
  | "backup"
  /** The rows of both, for each of them only takes something away. */
  | "both"
  /** Row by row: nothing that was taken away since comes back. */
  | "merged";

/** In the order in which they are carried: the log first, which is evidence, and the inventory apart and last. */
export const CARRY_RULES: ReadonlyMap<string, CarryRule> = new Map<string, CarryRule>([
  ["schema_version", "made"],
  ["concordat_meta", "made"],
  ["concordat_writer", "made"],
  ["concordat_recovery", "made"],
  ["audit_events", "log"],
  ["concordat_log_leaves", "log"],
  ["concordat_log_nodes", "log"],
  ["concordat_log_salts", "log"],
  ["concordat_log_head", "log"],
  // Not trust that Concordat manages: a restore has no say in them.
  ["invite_tokens", "live"],
  ["issued_certs", "live"],
  ["crl_versions", "live"],
  ["policy_versions", "live"],
  ["agent_registrations", "live"],
  // The authority's key and its limits never go back.
  ["concordat_authority", "live"],
  ["concordat_trusted", "live"],
  ["concordat_suspension", "live"],
  // Its openings and endings stand in the log, which is the live state's.
  ["concordat_drift", "live"],
  ["concordat_applied", "backup"],
  ["nonces", "both"],
  ["concordat_published_feeds", "both"],
  ["concordat_feed_evidence", "both"],
  ["revoked_operator_keys", "merged"],
  ["concordat_operator_keys", "merged"],
  ["concordat_sovereigns", "merged"],
  ["recognition_treaties", "merged"],
  ["membership_attestations", "merged"],
  ["recognition_policies", "merged"],
  ["sovereign_revocation_feeds", "merged"],
  ["concordat_rejected_feeds", "merged"],
  ["imported_sovereign_revocations", "merged"],
  ["concordat_feed_polls", "merged"],
  ["concordat_admin_clock", "merged"],
  ["concordat_inventory", "merged"],
  ["concordat_status", "left_out"],
  ["concordat_resources", "left_out"],
]);

/** Everything but the log and the inventory, where there is a live state to carry from. */
export function carryWithLive(merge: Merge): void {
  for (const [table, rule] of CARRY_RULES) {
    if (rule === "live" || rule === "backup") copyRows(merge, table, rule);
    if (rule === "both") joinRows(merge, table);
  }
  mergeKeys(merge);
  mergeSovereigns(merge);
  for (const signed of SIGNED_TABLES) mergeSigned(merge, signed);
  mergePolicy(merge);
  mergeFeeds(merge);
  mergePolls(merge);
  merge.transaction.run(
    `INSERT INTO main.concordat_admin_clock (id, highest_at)
     SELECT 1, MAX(highest_at) FROM (SELECT highest_at FROM live.concordat_admin_clock
       UNION ALL SELECT highest_at FROM backup.concordat_admin_clock) HAVING COUNT(*) > 0`,
  );
}

/** The same where nothing of the live state can be read. */
export function carryBackupAlone(merge: Merge): void {
  const carried: readonly CarryRule[] = ["live", "backup", "both", "merged"];
  for (const [table, rule] of CARRY_RULES)
    if (carried.includes(rule)) copyRows(merge, table, "backup");
}
