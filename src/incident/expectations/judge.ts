/** Decides on one attestation as the service would, with the verification code that the service uses (protocol.md 4). Pure. */
import type { MembershipAttestation, Unverified } from "../../model/documents.js";
import { documentJson, parseAttestation, parseTreaty } from "../../protocol/documents.js";
import { parseJson } from "../../protocol/json.js";
import { parseRecognitionPolicy } from "../../protocol/policy.js";
import { verifyAttestation, verifyAttestationWithTreaty } from "../../protocol/verify.js";
import type { TrustView } from "./view.js";

export interface Verdict {
  readonly accepted: boolean;
  readonly reason: string;
  /** What decided: `treaty <id>`, `policy`, `own key`, or `revocations` for an id without its document. */
  readonly basis: string;
}

type Attestation = Unverified<MembershipAttestation>;

/** A document of another sovereign is accepted when any treaty of ours with its issuer, or the policy, accepts it. */
export function judgeDocument(attestation: Attestation, view: TrustView): Verdict {
  const { attestation_id: id, issuer_sovereign_id: issuer } = attestation.body;
  if (issuer === view.authority?.sovereignId) return judgeOwn(attestation, view);
  const revoked = view.isAttestationRevoked(issuer, id);
  const verdicts = [
    ...view.treatiesWith(issuer).map((row) => underTreaty(attestation, row, view, revoked)),
    ...underPolicy(attestation, view, revoked),
  ];
  const accepted = verdicts.find((verdict) => verdict.accepted);
  if (accepted !== undefined)
    return view.isFresh(issuer) ? accepted : refused("revocation_feed_stale", accepted.basis);
  // What the attestation is refused for says more than that an old treaty is no longer in force.
  const telling = verdicts.findLast((verdict) => !verdict.reason.startsWith("treaty_"));
  return telling ?? verdicts.at(-1) ?? refused("issuer_not_recognized", "revocations");
}

/** An id alone can be told to be revoked; that it is not revoked says nothing of signature, roles or validity. */
export function judgeId(id: string, issuer: string | null, view: TrustView): Verdict {
  const row = view.attestation(id);
  if (row !== null) return judgeOwn(parseAttestation(parseJson(row.json)), view);
  const isRevoked = issuer !== null && view.isAttestationRevoked(issuer, id);
  return isRevoked
    ? refused("locally_revoked", "revocations")
    : { accepted: true, reason: "not_revoked", basis: "revocations" };
}

function underTreaty(
  attestation: Attestation,
  row: { readonly id: string; readonly json: string },
  view: TrustView,
  isRevoked: boolean,
): Verdict {
  const treaty = parseTreaty(parseJson(row.json));
  const keys = view.authority === null ? [] : [view.authority.publicKey];
  const { accepted, reason } = verifyAttestationWithTreaty(attestation, treaty, keys, {
    now: view.now,
    revokedTreaties: new Set(view.isTreatyRevoked(row.id) ? [row.id] : []),
    revokedAttestations: new Set(isRevoked ? [attestation.body.attestation_id] : []),
  });
  return { accepted, reason, basis: `treaty ${row.id}` };
}

function underPolicy(
  attestation: Attestation,
  view: TrustView,
  isRevoked: boolean,
): readonly Verdict[] {
  if (view.policyJson === null) return [];
  const policy = parseRecognitionPolicy(parseJson(view.policyJson));
  const { attestation_id: id, issuer_sovereign_id: issuer } = attestation.body;
  if (!policy.recognized_issuers.some(({ sovereign_id }) => sovereign_id === issuer)) return [];
  const revoked_attestation_ids = [...policy.revoked_attestation_ids, ...(isRevoked ? [id] : [])];
  const { accepted, reason } = verifyAttestation(
    attestation,
    { ...policy, revoked_attestation_ids },
    { now: view.now },
  );
  return [{ accepted, reason, basis: "policy" }];
}

/** Ours: as we have stored it, under our own key, and not revoked. Others accept it under their own treaties. */
function judgeOwn(attestation: Attestation, view: TrustView): Verdict {
  const { body } = attestation;
  const basis = "own key";
  const stored = view.attestation(body.attestation_id);
  const isHeld =
    stored !== null &&
    documentJson(parseAttestation(parseJson(stored.json))) === documentJson(attestation);
  if (!isHeld || view.authority === null) return refused("not_held", basis);
  const isRevoked = view.isAttestationRevoked(body.issuer_sovereign_id, body.attestation_id);
  const { accepted, reason } = verifyAttestation(
    attestation,
    {
      local_sovereign_id: view.authority.sovereignId,
      recognized_issuers: [
        {
          sovereign_id: body.issuer_sovereign_id,
          public_keys: [view.authority.publicKey],
          // An empty list would grant nothing.
          allowed_roles: ["role:client", ...body.roles],
          accepted_statuses: ["active"],
        },
      ],
      revoked_attestation_ids: isRevoked ? [body.attestation_id] : [],
    },
    { now: view.now },
  );
  return { accepted, reason, basis };
}

function refused(reason: string, basis: string): Verdict {
  return { accepted: false, reason, basis };
}
