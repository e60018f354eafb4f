/** Audit events: what has happened to trust, and who asked for it (protocol.md 8). */
import type { JsonObject } from "./json.js";

/** Types of the reference that we share (protocol.md 8), and our own. */
export type AuditEventType =
  | "recognition_treaty_issued"
  | "recognition_treaty_revoked"
  | "membership_attestation_issued"
  | "membership_attestation_revoked"
  | "recognition_policy_saved"
  | "sovereign_revocation_feed_imported"
  | "sovereign_revocation_feed_rejected"
  | "operator_key_revoked"
  | "authority_configured"
  | "operator_key_saved"
  | "sovereign_saved"
  | "sovereign_removed"
  | "recognition_policy_removed"
  | "sovereign_revocation_feed_published"
  | "drift_detected"
  | "drift_resolved"
  | "reconcile_refused"
  | "reconcile_suspended"
  | "reconcile_resumed"
  | "history_accepted"
  | "authority_adopted"
  | "state_restored"
  | "restore_forgot"
  | "audit_log_restarted"
  | "plan_applied"
  | "audit_field_erased"
  | "audit_escrow_accepted"
  | "audit_row_found"
  | "audit_rows_accepted"
  | "admin_auth_failed"
  | "admin_authz_denied"
  | "admin_auth_throttled"
  | "admin_legacy_signature_used"
  | "admin_request_refused"
  | "recognition_treaty_verified"
  | "membership_attestation_verified"
  | "treaty_attestation_verified";

/** Details hold ids, digests and reasons, never payloads (protocol.md 8). */
export interface AuditEvent {
  readonly event_id: string;
  readonly event_type: AuditEventType;
  readonly details: JsonObject;
  /** `+00:00` form. */
  readonly created_at: string;
}
