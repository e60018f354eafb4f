/** Treaties and attestations: as in the backup, but that nothing which was taken away since comes back (design.md 4.3). */
import {
  fromInstant,
  parseTimestamp,
  plusSeconds,
  toInstant,
  toOffsetForm,
} from "../../protocol/instant.js";
import { copyRows, listParameter, NOT_IN_BACKUP, type Merge } from "./merge.js";

export interface SignedTable {
  readonly table: "recognition_treaties" | "membership_attestations";
  readonly key: "treaty_id" | "attestation_id";
  readonly kind: "RecognitionTreaty" | "MembershipAttestation";
  /** The audit event of a revocation. */
  readonly revoked: string;
}

export const SIGNED_TABLES: readonly SignedTable[] = [
  {
    table: "recognition_treaties",
    key: "treaty_id",
    kind: "RecognitionTreaty",
    revoked: "recognition_treaty_revoked",
  },
  {
    table: "membership_attestations",
    key: "attestation_id",
    kind: "MembershipAttestation",
    revoked: "membership_attestation_revoked",
  },
];

/** Rows of others may bear an offset: a day covers every one of them. */
const DAY = 86_400;

/**
 * A row of the backup keeps the status that trusts least of the two. A row that only the live state has was issued after
 * the backup: were it left out, its document would be in force elsewhere and nobody could revoke it, so it stays and is
 * revoked. Whatever else proves a revocation counts as the status does: a tombstone, our own feed, the log.
 */
export function mergeSigned(merge: Merge, signed: SignedTable): void {
  const { transaction, at } = merge;
  const { table, key } = signed;
  copyRows(merge, table, "backup");
  transaction.run(
    `UPDATE main.${table} AS new SET status = old.status, revoked_at = old.revoked_at, revocation_reason = old.revocation_reason
       FROM live.${table} AS old
      WHERE old.${key} = new.${key} AND ${strictness("old")} > ${strictness("new")}
        AND old.${key} NOT IN (SELECT value FROM json_each(?))`,
    listParameter(merge.forgottenIds),
  );
  copyRows(merge, table, "live", `${key} NOT IN (SELECT ${key} FROM main.${table})`);
  const dayBefore = fromInstant(plusSeconds(toInstant(parseTimestamp(at)), -DAY));
  transaction.run(
    `UPDATE main.${table} SET status = 'revoked', revoked_at = ?, revocation_reason = ?
      WHERE status <> 'revoked' AND expires_at > ? AND ${key} NOT IN (SELECT ${key} FROM backup.${table})`,
    at,
    NOT_IN_BACKUP,
    toOffsetForm(dayBefore),
  );
  revokeTombstones(merge, signed);
  revokeLogged(merge, signed);
  if (signed.kind === "MembershipAttestation") revokePublished(merge);
}

/** What was taken over suspended has a tombstone too, and grants nothing as it is. */
function revokeTombstones({ transaction, at, forgottenIds }: Merge, signed: SignedTable): void {
  const { table, key, kind } = signed;
  for (const side of ["live", "backup"]) {
    transaction.run(
      `UPDATE main.${table} SET status = 'revoked', revoked_at = ?, revocation_reason = 'revoked_before_restore'
        WHERE status = 'active' AND ${key} IN (SELECT object_id FROM ${side}.concordat_inventory WHERE kind = ? AND live = 0)
          AND ${key} NOT IN (SELECT value FROM json_each(?))`,
      at,
      kind,
      listParameter(forgottenIds),
    );
  }
}

/** The log knows of a revocation even where somebody has made the row active again. */
function revokeLogged({ transaction, at, forgottenIds }: Merge, signed: SignedTable): void {
  const { table, key, revoked } = signed;
  transaction.run(
    `WITH logged AS (
       SELECT json_extract(event_json, '$.details.${key}') AS id, MAX(created_at) AS revoked_at
         FROM (SELECT event_json, created_at FROM main.audit_events WHERE event_json LIKE ?)
        WHERE json_valid(event_json) AND json_extract(event_json, '$.event_type') = ? GROUP BY id),
     forgotten AS (
       SELECT json_extract(event_json, '$.details.id') AS id, MAX(created_at) AS forgotten_at
         FROM (SELECT event_json, created_at FROM main.audit_events WHERE event_json LIKE '%restore_forgot%')
        WHERE json_valid(event_json) AND json_extract(event_json, '$.event_type') = 'restore_forgot' GROUP BY id)
     UPDATE main.${table} SET status = 'revoked', revoked_at = ?, revocation_reason = 'revoked_before_restore'
      WHERE status <> 'revoked' AND ${key} NOT IN (SELECT value FROM json_each(?))
        AND ${key} IN (SELECT logged.id FROM logged LEFT JOIN forgotten USING (id)
                        WHERE forgotten_at IS NULL OR forgotten_at < logged.revoked_at)`,
    `%${revoked}%`,
    revoked,
    at,
    listParameter(forgottenIds),
  );
}

/** What our partners were told is revoked is revoked here too. */
function revokePublished({ transaction, at }: Merge): void {
  for (const side of ["live", "backup"]) {
    transaction.run(
      `UPDATE main.membership_attestations SET status = 'revoked', revoked_at = ?, revocation_reason = 'revoked_before_restore'
        WHERE status <> 'revoked' AND attestation_id IN (
          SELECT value FROM json_each((SELECT feed_json FROM ${side}.concordat_published_feeds
                                        ORDER BY sequence DESC LIMIT 1), '$.revoked_attestation_ids'))`,
      at,
    );
  }
}

function strictness(row: string): string {
  return `CASE ${row}.status WHEN 'active' THEN 0 WHEN 'revoked' THEN 2 ELSE 1 END`;
}
