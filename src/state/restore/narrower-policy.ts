/** What two recognition policies both allow, and whatever either denies. */
import { AppError } from "../../errors.js";
import type { RecognitionPolicy } from "../../model/documents.js";
import { canonicalJson } from "../../protocol/canonical.js";
import { sortedSet } from "../../protocol/code-points.js";
import { parseJson } from "../../protocol/json.js";
import { parseRecognitionPolicy } from "../../protocol/policy.js";

/** The wire form (protocol.md 3); null when one of them cannot be read, or they are of two sovereigns. */
export function narrowerPolicy(left: string, right: string): string | null {
  const [one, other] = [read(left), read(right)];
  if (one === null || other === null) return null;
  if (one.local_sovereign_id !== other.local_sovereign_id) return null;
  const issuers = one.recognized_issuers.flatMap((issuer) => {
    const same = other.recognized_issuers.filter(
      (candidate) => candidate.sovereign_id === issuer.sovereign_id,
    );
    const [match] = same;
    // One that is named twice has no one meaning.
    if (match === undefined || same.length > 1) return [];
    const terms = {
      sovereign_id: issuer.sovereign_id,
      public_keys: common(issuer.public_keys, match.public_keys),
      allowed_roles: common(issuer.allowed_roles, match.allowed_roles),
      accepted_statuses: common(issuer.accepted_statuses, match.accepted_statuses),
    };
    // No roles at all are read as any role by some.
    const isAny = issuer.allowed_roles.length === 0 && match.allowed_roles.length === 0;
    const isEmpty =
      terms.public_keys.length === 0 ||
      terms.accepted_statuses.length === 0 ||
      (terms.allowed_roles.length === 0 && !isAny);
    return isEmpty ? [] : [terms];
  });
  return canonicalJson({
    local_sovereign_id: one.local_sovereign_id,
    recognized_issuers: issuers,
    revoked_attestation_ids: sortedSet([
      ...one.revoked_attestation_ids,
      ...other.revoked_attestation_ids,
    ]),
  });
}

function common(left: readonly string[], right: readonly string[]): readonly string[] {
  return left.filter((item) => right.includes(item));
}

function read(json: string): RecognitionPolicy | null {
  try {
    return parseRecognitionPolicy(parseJson(json));
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
