/** Operator keys: only what both states trust is trusted, and what either knows as revoked is known. */
import { copyRows, joinRows, type Merge } from "./merge.js";

/**
 * The rows of revoked and retired keys are kept, for their bytes must be known to be refused under another id. An active key
 * stays when both states hold it alike, in the lower of its two tiers; one that the state has lost comes back as git said it
 * last. Any other is left out, and git writes it anew.
 */
export function mergeKeys(merge: Merge): void {
  const { transaction } = merge;
  joinRows(merge, "revoked_operator_keys");
  revokeLogged(merge);
  const revoked = "key_id IN (SELECT key_id FROM main.revoked_operator_keys)";
  copyRows(merge, "concordat_operator_keys", "live", `${revoked} OR state = 'retired'`);
  copyRows(
    merge,
    "concordat_operator_keys",
    "backup",
    `${revoked} AND key_id NOT IN (SELECT key_id FROM main.concordat_operator_keys)`,
  );
  transaction.run(
    `INSERT INTO main.concordat_operator_keys (key_id, public_key, tier, holder, valid_from, valid_until, state)
     SELECT one.key_id, one.public_key,
            CASE WHEN ${rank("one")} < ${rank("other")} THEN one.tier ELSE other.tier END,
            one.holder, one.valid_from, one.valid_until, one.state
       FROM live.concordat_operator_keys AS one JOIN backup.concordat_operator_keys AS other USING (key_id, public_key, state)
      WHERE one.valid_from IS other.valid_from AND one.valid_until IS other.valid_until
        AND one.key_id NOT IN (SELECT key_id FROM main.concordat_operator_keys)`,
  );
  copyRows(
    merge,
    "concordat_operator_keys",
    "backup",
    `key_id NOT IN (SELECT key_id FROM main.concordat_operator_keys)
       AND key_id NOT IN (SELECT key_id FROM live.concordat_operator_keys)
       AND public_key IN (SELECT json_extract(spec_json, '$.public_key') FROM live.concordat_inventory
                           WHERE kind = 'OperatorKey' AND live = 1 AND object_id = old.key_id)`,
  );
}

/** The log knows of a revocation even where somebody has removed its row. */
function revokeLogged({ transaction }: Merge): void {
  transaction.run(
    `INSERT OR IGNORE INTO main.revoked_operator_keys (key_id, revoked_at, reason, revoked_by)
     SELECT id, MIN(created_at), 'revoked_before_restore', 'the log' FROM (
       SELECT json_extract(event_json, '$.details.key_id') AS id, created_at
         FROM (SELECT event_json, created_at FROM main.audit_events WHERE event_json LIKE '%operator_key_revoked%')
        WHERE json_valid(event_json) AND json_extract(event_json, '$.event_type') = 'operator_key_revoked')
      WHERE typeof(id) = 'text' GROUP BY id`,
  );
}

function rank(row: string): string {
  return `CASE ${row}.tier WHEN 'read' THEN 0 WHEN 'standard' THEN 1 ELSE 2 END`;
}
