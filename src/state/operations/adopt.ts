/** Takes in the rows of another authority program, byte for byte: nothing is signed, filled in or put in another form. */
import type { AdoptedRows } from "../../model/adoption.js";
import type { Transaction } from "../connection.js";
import { revokeOperatorKey } from "./configuration.js";

/** Never an upsert: an adoption goes into an empty state. */
export function adoptRows(transaction: Transaction, rows: AdoptedRows): void {
  for (const row of rows.treaties) {
    transaction.run(
      `INSERT INTO recognition_treaties (treaty_id, issuer_sovereign_id, subject_sovereign_id, status, treaty_json,
         issued_at, valid_from, expires_at, revoked_at, revocation_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.id,
      row.issuer,
      row.subject,
      row.status,
      row.json,
      row.issuedAt,
      row.validFrom,
      row.expiresAt,
      row.revokedAt,
      row.reason,
    );
  }
  for (const row of rows.attestations) {
    transaction.run(
      `INSERT INTO membership_attestations (attestation_id, issuer_sovereign_id, subject_id, subject_public_key, roles_json,
         status, attestation_json, issued_at, valid_from, expires_at, revoked_at, revocation_reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.id,
      row.issuer,
      row.subjectId,
      row.subjectPublicKey,
      row.rolesJson,
      row.status,
      row.json,
      row.issuedAt,
      row.validFrom,
      row.expiresAt,
      row.revokedAt,
      row.reason,
    );
  }
  for (const row of rows.feeds) {
    transaction.run(
      `INSERT INTO sovereign_revocation_feeds (feed_id, issuer_sovereign_id, sequence, feed_json, imported_at)
         VALUES (?, ?, ?, ?, ?)`,
      row.feedId,
      row.issuer,
      row.sequence,
      row.json,
      row.importedAt,
    );
  }
  for (const row of rows.importedRevocations) {
    transaction.run(
      `INSERT INTO imported_sovereign_revocations
         (issuer_sovereign_id, attestation_id, feed_id, sequence, reason, imported_at) VALUES (?, ?, ?, ?, ?, ?)`,
      row.issuer,
      row.attestationId,
      row.feedId,
      row.sequence,
      row.reason,
      row.importedAt,
    );
  }
  for (const key of rows.revokedKeys) revokeOperatorKey(transaction, key);
  for (const { id, json, createdAt } of rows.events) {
    transaction.run(
      "INSERT INTO audit_events (event_id, event_json, created_at) VALUES (?, ?, ?)",
      id,
      json,
      createdAt,
    );
  }
}
