/** The normal form of each resource's spec: what is compared, shown as before and after, and hashed into ids. */
import type {
  DesiredAttestation,
  DesiredFeed,
  DesiredOperatorKey,
  DesiredPolicy,
  DesiredRevocation,
  DesiredTreaty,
  SafetyPolicy,
  Validity,
} from "../model/desired.js";
import type { JsonObject } from "../model/json.js";
import type { AuthorityRecord, SovereignRecord } from "../model/state.js";
import { digestOf, sha256 } from "../protocol/digest.js";
import { documentJson } from "../protocol/documents.js";

function validity(value: Validity): JsonObject {
  return { from: value.from, until: value.until, seconds: value.duration };
}

function policySpec(policy: SafetyPolicy): JsonObject {
  return {
    removals: { count: policy.removals.count, percent: policy.removals.percent },
    lost_paths: { count: policy.lostPaths.count, percent: policy.lostPaths.percent },
    approvals: {
      reduces: policy.approvals.reduces,
      keeps: policy.approvals.keeps,
      widens: policy.approvals.widens,
    },
    freeze: policy.freeze.map((window) => ({
      from: window.from,
      until: window.until,
      reason: window.reason,
    })),
    unmanaged: policy.unmanaged,
    self_heal: policy.selfHeal,
    max_validity: {
      treaty: policy.maxValidity.treaty,
      attestation: policy.maxValidity.attestation,
    },
    max_sequence_jump: policy.maxSequenceJump,
  };
}

export function authoritySpec(authority: Omit<AuthorityRecord, "name">): JsonObject {
  return {
    sovereign_id: authority.sovereignId,
    key_id: authority.keyId,
    public_key: authority.publicKey,
    genesis_digest: sha256(authority.genesisJson),
    endpoint: authority.endpoint,
    policy: policySpec(authority.policy),
  };
}

export function operatorKeySpec(key: DesiredOperatorKey): JsonObject {
  return {
    key_id: key.keyId,
    public_key: key.publicKey,
    tier: key.tier,
    holder: key.holder,
    valid_from: key.validFrom,
    valid_until: key.validUntil,
    state: key.state,
    since: key.since,
  };
}

export function sovereignSpec(sovereign: Omit<SovereignRecord, "name">): JsonObject {
  return {
    sovereign_id: sovereign.sovereignId,
    public_keys: sovereign.publicKeys,
    endpoint: sovereign.endpoint,
    feed_url: sovereign.feed.url,
    feed_max_age: sovereign.feed.maxAge,
    feed_suspended: sovereign.feed.suspend,
  };
}

/** Renewal is left out: it says when to replace the object, not what the object is. */
export function treatySpec(treaty: DesiredTreaty): JsonObject {
  return {
    subject_sovereign_id: treaty.subjectSovereignId,
    subject_public_keys: treaty.subjectPublicKeys,
    allowed_roles: treaty.allowedRoles,
    accepted_statuses: treaty.acceptedStatuses,
    claims: treaty.scopeClaims,
    metadata: treaty.metadata,
    validity: validity(treaty.validity),
    reissue: treaty.reissue,
  };
}

export function attestationSpec(attestation: DesiredAttestation): JsonObject {
  return {
    subject_id: attestation.subjectId,
    subject_public_key: attestation.subjectPublicKey,
    roles: attestation.roles,
    claims: attestation.claims,
    validity: validity(attestation.validity),
    reissue: attestation.reissue,
  };
}

export function revocationSpec(revocation: DesiredRevocation): JsonObject {
  return {
    target_kind: revocation.targetKind,
    target_name: revocation.targetName,
    target_id: revocation.targetId,
    reason: revocation.reason,
    incident: revocation.incident,
  };
}

export function feedSpec(desired: DesiredFeed): JsonObject {
  const { body } = desired.feed;
  return {
    issuer_sovereign_id: desired.issuerSovereignId,
    feed_id: body.feed_id,
    sequence: body.sequence,
    revoked_count: body.revoked_attestation_ids.length,
    document_digest: sha256(documentJson(desired.feed)),
    accept: desired.accept,
  };
}

export function recognitionPolicySpec(policy: DesiredPolicy): JsonObject {
  return {
    recognized_issuers: Object.fromEntries(
      policy.recognizedIssuers.map((issuer) => [
        issuer.sovereignId,
        {
          public_keys: issuer.publicKeys,
          allowed_roles: issuer.allowedRoles,
          accepted_statuses: issuer.acceptedStatuses,
        },
      ]),
    ),
    revoked_attestation_ids: policy.revokedAttestationIds,
  };
}

/** Digest of a safety policy, as it enters the change digest. */
export function policyDigest(policy: SafetyPolicy): ReturnType<typeof digestOf> {
  return digestOf(policySpec(policy));
}
