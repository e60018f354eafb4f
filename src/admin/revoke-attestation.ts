/** Revokes an attestation, and publishes the feed that tells the other sovereigns of it. */
import { feedPublished, nextFeed } from "../apply/own-feed.js";
import { AppError } from "../errors.js";
import type { RevokeAttestation } from "../model/admin.js";
import type { Operation } from "../model/state.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import { authorityKey } from "./authority-key.js";
import { already, askedBy, effect, type Outcome, type Situation } from "./outcome.js";
import { checkReason, successorIn } from "./reason.js";

/** Throws AppError `bad_request`, `attestation_not_found`, `authority_key_mismatch`, and as the key's reader does. */
export function revokeAttestation(action: RevokeAttestation, situation: Situation): Outcome {
  const { state, authority, now, random } = situation;
  const { attestationId: id, reason } = action;
  checkReason(reason);
  if (successorIn(reason) !== null)
    throw new AppError("bad_request", "an attestation has no successor that a reason could name");
  const attestation = state.attestation(id);
  if (attestation === null) throw new AppError("attestation_not_found", "Attestation not found");
  // As for treaties, a lineage of the reference (1.8) is the attestation alone.
  const body = { attestation_id: id, status: "revoked", lineage_ids: [id] };
  if (attestation.status === "revoked") return already(body);
  const revocation: Operation = {
    do: "revoke_attestation",
    id,
    reason,
    at: toOffsetForm(fromInstant(now)),
  };
  const revoked = {
    type: "membership_attestation_revoked",
    details: { attestation_id: id, reason, ...askedBy(situation) },
  } as const;
  const answer = { status: 200, body } as const;
  // Our feed speaks of our attestations alone.
  if (attestation.issuer !== authority.sovereignId) return effect([revocation], [revoked], answer);
  const feed = nextFeed(
    { authority, attestations: state.revokedAttestations() },
    [revocation],
    state.publishedFeed(),
    { authority, key: authorityKey(situation), now },
    random,
  );
  if (feed === null) return effect([revocation], [revoked], answer);
  return effect([revocation, { do: "publish_feed", feed }], [revoked, feedPublished(feed)], answer);
}
