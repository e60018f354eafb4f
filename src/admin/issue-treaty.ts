/** Issues a treaty that no resource asks for, where the settings allow it. */
import { AppError } from "../errors.js";
import type { IssueTreaty } from "../model/admin.js";
import type { RecognitionTreaty, TreatyScope } from "../model/documents.js";
import type { JsonObject } from "../model/json.js";
import { Fields } from "../protocol/document-fields.js";
import { documentDigest, documentJson } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";
import { uuid4 } from "../protocol/uuid.js";
import { signDocument } from "../sign/sign-document.js";
import { authorityKey } from "./authority-key.js";
import { checkRoles, checkSafetyPolicy, isId, publicKeys, windowOfHours } from "./grant-terms.js";
import { managed, refuseGrant, type Wanted } from "./managed-by-git.js";
import { askedBy, effect, type Outcome, type Situation } from "./outcome.js";

/**
 * Throws AppError `managed_by_git`, `missing_treaty_subject`, `empty_subject_public_keys`, `bad_public_key`,
 * `invalid_treaty_scope`, `invalid_role`, `invalid_validity_hours`, `plan_refused`, `authority_key_mismatch`, and as the key's
 * reader does.
 */
export function issueTreaty(action: IssueTreaty, situation: Situation): Outcome {
  const { authority, grants, now, random } = situation;
  const { subjectSovereignId, subjectPublicKeys, metadata } = action;
  if (!isId(subjectSovereignId))
    throw new AppError("missing_treaty_subject", "subject_sovereign_id is no id of a sovereign");
  if (grants === "refuse") {
    const wanted = wantedFor(subjectSovereignId, situation);
    return refuseGrant(wanted, managed(situation, wanted));
  }
  if (subjectSovereignId === authority.sovereignId)
    throw new AppError("missing_treaty_subject", "a sovereign does not recognise itself");
  if (subjectPublicKeys.length === 0)
    throw new AppError("empty_subject_public_keys", "subject_public_keys must not be empty");
  const keys = publicKeys(subjectPublicKeys);
  const scope = scopeFrom(action.scope);
  checkRoles(scope.allowed_roles);
  const window = windowOfHours(action.validityHours, authority.policy.maxValidity.treaty, now);
  checkSafetyPolicy(situation);
  const body: RecognitionTreaty = {
    treaty_id: uuid4(random(16)),
    issuer_sovereign_id: authority.sovereignId,
    subject_sovereign_id: subjectSovereignId,
    subject_public_keys: keys,
    scope,
    status: "active",
    ...window,
    issued_by: authority.keyId,
    metadata,
  };
  const treaty = signDocument(body, authority.keyId, authorityKey(situation));
  const details = {
    treaty_id: body.treaty_id,
    issuer_sovereign_id: authority.sovereignId,
    subject_sovereign_id: subjectSovereignId,
    allowed_roles: scope.allowed_roles,
    document_digest: documentDigest(treaty),
    ...askedBy(situation),
  };
  return effect(
    [{ do: "issue_treaty", treaty }],
    [{ type: "recognition_treaty_issued", details }],
    { status: 201, body: parseJson(documentJson(treaty)) },
  );
}

/** A treaty's file bears the name that the tree gives its subject. */
function wantedFor(subject: string, { state }: Situation): Wanted {
  return {
    kind: "RecognitionTreaty",
    subject: { field: "subject_sovereign_id", value: subject },
    called: state.sovereign(subject)?.name ?? subject,
  };
}

function scopeFrom(value: JsonObject): TreatyScope {
  try {
    const scope = new Fields(value);
    return {
      allowed_roles: scope.texts("allowed_roles", []),
      accepted_statuses: scope.statuses("accepted_statuses"),
      claims: scope.content("claims"),
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError("invalid_treaty_scope", "Invalid treaty scope", {
      details: error.details,
      cause: error,
    });
  }
}
