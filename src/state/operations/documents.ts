/** Inserts signed treaties and attestations, with columns filled as the reference fills them (protocol.md 9). */
import type { MembershipAttestation, RecognitionTreaty, Verified } from "../../model/documents.js";
import { canonicalJson } from "../../protocol/canonical.js";
import { documentJson } from "../../protocol/documents.js";
import { toOffsetForm } from "../../protocol/instant.js";
import type { Transaction } from "../connection.js";

/** Never an upsert: it could re-activate what was revoked. Throws AppError `internal` for an id that exists. */
export function issueTreaty(transaction: Transaction, treaty: Verified<RecognitionTreaty>): void {
  const { body } = treaty;
  transaction.run(
    `INSERT INTO recognition_treaties (treaty_id, issuer_sovereign_id, subject_sovereign_id, status, treaty_json,
       issued_at, valid_from, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    body.treaty_id,
    body.issuer_sovereign_id,
    body.subject_sovereign_id,
    body.status,
    documentJson(treaty),
    toOffsetForm(body.issued_at),
    toOffsetForm(body.valid_from),
    toOffsetForm(body.expires_at),
  );
}

/** As `issueTreaty`. */
export function issueAttestation(
  transaction: Transaction,
  attestation: Verified<MembershipAttestation>,
): void {
  const { body } = attestation;
  transaction.run(
    `INSERT INTO membership_attestations (attestation_id, issuer_sovereign_id, subject_id, subject_public_key, roles_json,
       status, attestation_json, issued_at, valid_from, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    body.attestation_id,
    body.issuer_sovereign_id,
    body.subject_id,
    body.subject_public_key,
    pythonList(body.roles),
    body.status,
    documentJson(attestation),
    toOffsetForm(body.issued_at),
    toOffsetForm(body.valid_from),
    toOffsetForm(body.expires_at),
  );
}

/** As Python's `json.dumps` prints it: with a space after each comma. */
function pythonList(texts: readonly string[]): string {
  return `[${texts.map(canonicalJson).join(", ")}]`;
}
