/** Issues an attestation that no resource asks for, where the settings allow it. */
import { AppError } from "../errors.js";
import type { IssueAttestation } from "../model/admin.js";
import type { MembershipAttestation } from "../model/documents.js";
import { documentDigest, documentJson } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";
import { parsePublicKey } from "../protocol/public-key.js";
import { uuid4 } from "../protocol/uuid.js";
import { signDocument } from "../sign/sign-document.js";
import { authorityKey } from "./authority-key.js";
import { checkRoles, checkSafetyPolicy, isId, windowOfHours } from "./grant-terms.js";
import { managed, refuseGrant, type Wanted } from "./managed-by-git.js";
import { askedBy, effect, type Outcome, type Situation } from "./outcome.js";

/**
 * Throws AppError `managed_by_git`, `missing_attestation_subject`, `bad_public_key`, `invalid_role`, `invalid_validity_hours`,
 * `plan_refused`, `authority_key_mismatch`, and as the key's reader does.
 */
export function issueAttestation(action: IssueAttestation, situation: Situation): Outcome {
  const { authority, grants, now, random } = situation;
  const { subjectId, subjectPublicKey, roles, claims } = action;
  if (!isId(subjectId) || roles.length === 0)
    throw new AppError("missing_attestation_subject", "subject_id and roles are required");
  if (grants === "refuse") {
    const wanted: Wanted = {
      kind: "MembershipAttestation",
      subject: { field: "subject_id", value: subjectId },
      called: subjectId,
    };
    return refuseGrant(wanted, managed(situation, wanted));
  }
  checkRoles(roles);
  const window = windowOfHours(action.validityHours, authority.policy.maxValidity.attestation, now);
  checkSafetyPolicy(situation);
  const body: MembershipAttestation = {
    attestation_id: uuid4(random(16)),
    issuer_sovereign_id: authority.sovereignId,
    subject_id: subjectId,
    subject_public_key: subjectPublicKey === null ? null : parsePublicKey(subjectPublicKey),
    roles,
    status: "active",
    ...window,
    issued_by: authority.keyId,
    claims,
  };
  const attestation = signDocument(body, authority.keyId, authorityKey(situation));
  const details = {
    attestation_id: body.attestation_id,
    issuer_sovereign_id: authority.sovereignId,
    subject_id: subjectId,
    roles,
    document_digest: documentDigest(attestation),
    ...askedBy(situation),
  };
  return effect(
    [{ do: "issue_attestation", attestation }],
    [{ type: "membership_attestation_issued", details }],
    { status: 201, body: parseJson(documentJson(attestation)) },
  );
}
