/** The routes that decide on documents of the caller. */
import {
  flag,
  listOf,
  object,
  oneOf,
  ref,
  text,
  type RouteSchema,
  type Schema,
} from "./route-schema.js";

const TREATY_REASONS = [
  "wrong_issuer",
  "wrong_subject",
  "locally_revoked",
  "bad_status",
  "outside_validity_window",
  "missing_signature",
  "invalid_signature",
  "not_held",
  "issuer_not_recognized",
];

const ATTESTATION_REASONS = [
  "locally_revoked",
  "bad_status",
  "outside_validity_window",
  "role_not_allowed",
  "missing_signature",
  "invalid_signature",
  "not_held",
  "revocation_feed_stale",
];

const BASIS = oneOf(
  ["this_authority", "caller_supplied_keys", "recognized_issuer_keys"],
  "On whose word the treaty was judged.",
);

const KEYS: Schema = {
  ...listOf(text(), "The issuer's keys, if the caller knows them; else ours are taken."),
  maxItems: 16,
};

const decision = (reasons: readonly string[], more: Readonly<Record<string, Schema>>): Schema =>
  object({
    accepted: flag(),
    reason: oneOf(["accepted", ...reasons], "The first rule that refuses."),
    ...more,
  });

export const VERIFICATION_ROUTES: readonly RouteSchema[] = [
  {
    method: "post",
    path: "/recognition-treaties/verify",
    id: "verifyTreaty",
    tag: "verification",
    summary: "Whether a treaty holds",
    body: object(
      {
        treaty: ref("RecognitionTreaty"),
        issuer_public_keys: KEYS,
        expected_issuer_sovereign_id: text(),
        expected_subject_sovereign_id: text(),
      },
      {
        optional: [
          "issuer_public_keys",
          "expected_issuer_sovereign_id",
          "expected_subject_sovereign_id",
        ],
      },
    ),
    answers: {
      200: {
        description: "The decision.",
        schema: decision(TREATY_REASONS, {
          trust_basis: BASIS,
          treaty_id: text(),
          issuer_sovereign_id: text(),
          subject_sovereign_id: text(),
        }),
      },
    },
    errors: ["invalid_recognition_treaty", "invalid_public_keys", "caller_keys_not_accepted"],
  },
  {
    method: "post",
    path: "/attestations/verify",
    id: "verifyAttestation",
    tag: "verification",
    summary: "Whether an attestation is accepted under a policy",
    body: object(
      { attestation: ref("MembershipAttestation"), recognition_policy: ref("RecognitionPolicy") },
      {
        optional: ["recognition_policy"],
        description: "Without a policy the one in force here is taken.",
      },
    ),
    answers: {
      200: {
        description: "The decision.",
        schema: decision(["unknown_issuer", ...ATTESTATION_REASONS], {
          issuer_sovereign_id: text(),
          attestation_id: text(),
        }),
      },
    },
    errors: ["invalid_attestation_or_policy", "missing_recognition_policy"],
  },
  {
    method: "post",
    path: "/attestations/verify-with-treaty",
    id: "verifyAttestationWithTreaty",
    tag: "verification",
    summary: "Whether an attestation is accepted under a treaty",
    body: object(
      {
        attestation: ref("MembershipAttestation"),
        treaty: ref("RecognitionTreaty"),
        treaty_issuer_public_keys: KEYS,
      },
      { optional: ["treaty_issuer_public_keys"] },
    ),
    answers: {
      200: {
        description: "The decision: on the treaty first, then on the attestation.",
        schema: decision(
          [
            ...TREATY_REASONS.map((reason) => `treaty_${reason}`),
            ...ATTESTATION_REASONS.map((reason) => `attestation_${reason}`),
          ],
          {
            trust_basis: BASIS,
            treaty_id: text(),
            attestation_id: text(),
            issuer_sovereign_id: text(),
            subject_sovereign_id: text(),
          },
        ),
      },
    },
    errors: ["invalid_attestation_or_treaty", "invalid_public_keys", "caller_keys_not_accepted"],
  },
];
