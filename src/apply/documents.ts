/** Drafts of what the desired state asks to be signed, with the window that signing at this moment gives. */
import type {
  DesiredAttestation,
  DesiredAuthority,
  DesiredTreaty,
  Validity,
} from "../model/desired.js";
import type {
  MembershipAttestation,
  RecognitionTreaty,
  SovereignRevocationFeed,
} from "../model/documents.js";
import type { Instant, Timestamp } from "../model/time.js";
import { windowOf } from "../plan/signed-kind.js";
import { fromInstant } from "../protocol/instant.js";

interface Window {
  readonly issued_at: Timestamp;
  readonly valid_from: Timestamp;
  readonly expires_at: Timestamp;
}

function windowAt(validity: Validity, now: Instant): Window {
  const { from, until } = windowOf(validity, now);
  return {
    issued_at: fromInstant(now),
    valid_from: fromInstant(from),
    expires_at: fromInstant(until),
  };
}

/** The treaty that the authority will sign (protocol.md 3). */
export function draftTreaty(
  authority: DesiredAuthority,
  id: string,
  desired: DesiredTreaty,
  now: Instant,
): RecognitionTreaty {
  return {
    treaty_id: id,
    issuer_sovereign_id: authority.sovereignId,
    subject_sovereign_id: desired.subjectSovereignId,
    subject_public_keys: desired.subjectPublicKeys,
    scope: {
      allowed_roles: desired.allowedRoles,
      accepted_statuses: desired.acceptedStatuses,
      claims: desired.scopeClaims,
    },
    status: "active",
    ...windowAt(desired.validity, now),
    issued_by: authority.keyId,
    metadata: desired.metadata,
  };
}

/** The attestation that the authority will sign (protocol.md 3). */
export function draftAttestation(
  authority: DesiredAuthority,
  id: string,
  desired: DesiredAttestation,
  now: Instant,
): MembershipAttestation {
  return {
    attestation_id: id,
    issuer_sovereign_id: authority.sovereignId,
    subject_id: desired.subjectId,
    subject_public_key: desired.subjectPublicKey,
    roles: desired.roles,
    status: "active",
    ...windowAt(desired.validity, now),
    issued_by: authority.keyId,
    claims: desired.claims,
  };
}

/** Our own feed of revoked attestations. Sorted and free of duplicates before it is signed (protocol.md 3). */
export function draftFeed(
  authority: Pick<DesiredAuthority, "sovereignId" | "keyId">,
  given: {
    readonly feedId: string;
    readonly sequence: number;
    readonly revoked: ReadonlyMap<string, string>;
    readonly now: Instant;
  },
): SovereignRevocationFeed {
  const ids = [...given.revoked.keys()].toSorted();
  return {
    feed_id: given.feedId,
    issuer_sovereign_id: authority.sovereignId,
    sequence: given.sequence,
    issued_at: fromInstant(given.now),
    revoked_attestation_ids: ids,
    revocation_reasons: Object.fromEntries(
      ids.map((id) => [id, given.revoked.get(id) ?? "unspecified"]),
    ),
    issued_by: authority.keyId,
  };
}
