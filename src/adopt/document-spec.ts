/** What a signed document says in the words of a spec: what the inventory keeps of an object that is taken over. Pure. */
import type { MembershipAttestation, RecognitionTreaty } from "../model/documents.js";
import type { JsonObject } from "../model/json.js";
import { sortedSet } from "../protocol/code-points.js";
import { fromInstant, toInstant } from "../protocol/instant.js";

type Window = Pick<RecognitionTreaty, "valid_from" | "expires_at">;

function validity(body: Window): JsonObject {
  return {
    from: fromInstant(toInstant(body.valid_from)),
    until: fromInstant(toInstant(body.expires_at)),
    seconds: null,
  };
}

/** As `treatySpec` of a resource that asks for just this treaty. */
export function treatyTerms(body: RecognitionTreaty): JsonObject {
  return {
    subject_sovereign_id: body.subject_sovereign_id,
    subject_public_keys: sortedSet(body.subject_public_keys),
    allowed_roles: sortedSet(body.scope.allowed_roles),
    accepted_statuses: sortedSet(body.scope.accepted_statuses),
    claims: body.scope.claims,
    metadata: body.metadata,
    validity: validity(body),
    reissue: 0,
  };
}

/** As `attestationSpec` of a resource that asks for just this attestation. */
export function attestationTerms(body: MembershipAttestation): JsonObject {
  return {
    subject_id: body.subject_id,
    subject_public_key: body.subject_public_key,
    roles: sortedSet(body.roles),
    claims: body.claims,
    validity: validity(body),
    reissue: 0,
  };
}
