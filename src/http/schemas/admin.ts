/** The routes of operators (protocol.md 7). */
import type { ErrorCode } from "../../errors.js";
import {
  anyObject,
  count,
  flag,
  listOf,
  object,
  oneOf,
  ref,
  text,
  time,
  type Answer,
  type Parameter,
  type RouteSchema,
  type Schema,
} from "./route-schema.js";

const id = (name: string, description: string): Parameter => ({
  in: "path",
  name,
  description,
  schema: { type: "string", maxLength: 256 },
});

const REASON: Schema = {
  type: "string",
  minLength: 1,
  maxLength: 1024,
  default: "unspecified",
  description: "Kept in the state, in the audit log and, for an attestation, in our feed.",
};
const HOURS: Schema = { type: "integer", minimum: 1, default: 168 };
const KEYS = listOf(text("Standard base64 of a 32-byte Ed25519 key."));

const GRANTS =
  "Adds trust, so it is refused with `managed_by_git` and the file to change, unless the setting `adminGrants` allows it. What it makes is no file's, and the next pass reports it as drift.";
const GRANT_ERRORS: readonly ErrorCode[] = ["managed_by_git", "plan_refused"];

const revoked = (field: string): Answer => ({
  description: "It is revoked, now or before.",
  schema: object({
    [field]: text(),
    status: oneOf(["revoked"]),
    lineage_ids: listOf(text(), "All that was revoked with it."),
  }),
});

const route = (
  given: Pick<
    RouteSchema,
    "path" | "id" | "summary" | "description" | "parameters" | "body" | "answers" | "errors"
  >,
): RouteSchema => ({ method: "post", tag: "operators", tier: "privileged", ...given });

export const ADMIN_ROUTES: readonly RouteSchema[] = [
  route({
    path: "/admin/recognition-treaties",
    id: "issueTreaty",
    summary: "Issues a treaty",
    description: GRANTS,
    body: object(
      {
        subject_sovereign_id: text(),
        subject_public_keys: { ...KEYS, minItems: 1 },
        scope: anyObject("As the scope of a treaty; every field has a default."),
        validity_hours: HOURS,
        metadata: anyObject(),
        issuer_sovereign_id: text("This sovereign's own id, if any."),
      },
      { optional: ["scope", "validity_hours", "metadata", "issuer_sovereign_id"] },
    ),
    answers: { 201: { description: "The treaty.", schema: ref("RecognitionTreaty") } },
    errors: [
      ...GRANT_ERRORS,
      "missing_treaty_subject",
      "empty_subject_public_keys",
      "invalid_public_keys",
      "bad_public_key",
      "invalid_treaty_scope",
      "invalid_role",
      "invalid_validity_hours",
    ],
  }),
  route({
    path: "/admin/recognition-treaties/{id}/revoke",
    id: "revokeTreaty",
    summary: "Revokes a treaty",
    parameters: [id("id", "The treaty's id.")],
    body: object({ reason: REASON }, { optional: ["reason"] }),
    answers: { 200: revoked("treaty_id") },
    errors: ["treaty_not_found"],
  }),
  route({
    path: "/admin/attestations",
    id: "issueAttestation",
    summary: "Issues an attestation",
    description: GRANTS,
    body: object(
      {
        subject_id: text(),
        roles: { ...listOf(text()), minItems: 1 },
        subject_public_key: { type: ["string", "null"] },
        validity_hours: HOURS,
        claims: anyObject(),
        issuer_sovereign_id: text("This sovereign's own id, if any."),
      },
      { optional: ["subject_public_key", "validity_hours", "claims", "issuer_sovereign_id"] },
    ),
    answers: { 201: { description: "The attestation.", schema: ref("MembershipAttestation") } },
    errors: [
      ...GRANT_ERRORS,
      "missing_attestation_subject",
      "attestation_issuer_mismatch",
      "bad_public_key",
      "invalid_role",
      "invalid_validity_hours",
    ],
  }),
  route({
    path: "/admin/attestations/{id}/revoke",
    id: "revokeAttestation",
    summary: "Revokes an attestation, and publishes our next feed",
    parameters: [id("id", "The attestation's id.")],
    body: object({ reason: REASON }, { optional: ["reason"] }),
    answers: { 200: revoked("attestation_id") },
    errors: ["attestation_not_found"],
  }),
  route({
    path: "/admin/recognition-policy",
    id: "saveRecognitionPolicy",
    summary: "Puts a recognition policy in force",
    description: GRANTS,
    body: object(
      { recognition_policy: ref("RecognitionPolicy"), policy_id: text() },
      { optional: ["policy_id"] },
    ),
    answers: {
      200: {
        description: "It is in force.",
        schema: object({ policy_id: text(), local_sovereign_id: text(), active: flag() }),
      },
    },
    errors: [...GRANT_ERRORS, "invalid_recognition_policy"],
  }),
  route({
    path: "/admin/sovereign-revocation-feeds/import",
    id: "importRevocationFeed",
    summary: "Imports a revocation feed of another sovereign",
    body: object(
      {
        feed: ref("SovereignRevocationFeed"),
        issuer_public_keys: KEYS,
        expected_issuer_sovereign_id: text(),
      },
      { optional: ["issuer_public_keys", "expected_issuer_sovereign_id"] },
    ),
    answers: {
      200: {
        description: "It is imported.",
        schema: object({
          accepted: flag(),
          reason: oneOf(["accepted"]),
          feed_id: text(),
          issuer_sovereign_id: text(),
          sequence: count(),
          revoked_count: count(),
        }),
      },
    },
    errors: [
      "invalid_sovereign_revocation_feed",
      "invalid_public_keys",
      "caller_keys_not_accepted",
      "missing_issuer_public_keys",
      "wrong_issuer",
      "missing_signature",
      "invalid_signature",
      "stale_sequence",
      "equivocation",
      "sequence_jump",
      "from_the_future",
      "feed_suspended",
      "rejected_by_git",
    ],
  }),
  route({
    path: "/admin/operator-keys/{id}/revoke",
    id: "revokeOperatorKey",
    summary: "Revokes an operator key, for good",
    parameters: [id("id", "The key's id.")],
    body: object({ reason: REASON }, { optional: ["reason"] }),
    answers: {
      200: {
        description: "It is revoked, now or before.",
        schema: object(
          {
            key_id: text(),
            revoked: flag(),
            already_revoked: flag(),
            revoked_at: time(),
            reason: text(),
            remaining_active_keys: count(),
          },
          { optional: ["already_revoked", "revoked_at", "reason", "remaining_active_keys"] },
        ),
      },
    },
    errors: ["unknown_operator_key", "last_active_operator_key"],
  }),
];
