/** Saves a recognition policy that no resource asks for, where the settings allow it. */
import { AppError } from "../errors.js";
import type { SavePolicy } from "../model/admin.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import { policyJson } from "../plan/stored-policy.js";
import { sortedSet } from "../protocol/code-points.js";
import { Fields } from "../protocol/document-fields.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import { checkRoles, checkSafetyPolicy, publicKeys } from "./grant-terms.js";
import { managed, refuseGrant, type Wanted } from "./managed-by-git.js";
import { askedBy, effect, type Outcome, type Situation } from "./outcome.js";

/** Throws AppError `managed_by_git`, `invalid_recognition_policy`, `plan_refused`. */
export function savePolicy(action: SavePolicy, situation: Situation): Outcome {
  const { authority, grants, now } = situation;
  const { sovereignId } = authority;
  const wanted: Wanted = { kind: "RecognitionPolicy", subject: null, called: authority.name };
  const entry = managed(situation, wanted);
  // There is one policy only: beside a resource for it, every pass would find this one to be drift.
  if (grants === "refuse" || entry !== null) return refuseGrant(wanted, entry);
  const spec = specFrom(action.policy, sovereignId);
  checkSafetyPolicy(situation);
  const policyId = `recognition-${sovereignId}`;
  const json = policyJson(sovereignId, spec.json);
  const details = {
    policy_id: policyId,
    local_sovereign_id: sovereignId,
    recognized_issuer_count: spec.issuers,
    ...askedBy(situation),
  };
  return effect(
    [{ do: "put_policy", policyId, json, at: toOffsetForm(fromInstant(now)) }],
    [{ type: "recognition_policy_saved", details }],
    {
      status: 200,
      body: { policy_id: policyId, local_sovereign_id: sovereignId, active: true },
    },
  );
}

/** The policy in the words of a spec, so that it is stored as one from git would be. */
function specFrom(
  value: JsonValue,
  own: string,
): { readonly json: JsonObject; readonly issuers: number } {
  try {
    const policy = new Fields(value);
    if (policy.text("local_sovereign_id") !== own)
      throw policy.fault("local_sovereign_id", `expected ${own}`);
    const issuers = policy.fieldsList("recognized_issuers");
    const named = new Map(
      issuers.map((issuer) => {
        const keys = issuer.texts("public_keys");
        if (keys.length === 0) throw issuer.fault("public_keys", "expected at least one key");
        const roles = issuer.texts("allowed_roles", []);
        checkRoles(roles);
        const terms = {
          public_keys: sortedSet(publicKeys(keys)),
          allowed_roles: sortedSet(roles),
          accepted_statuses: sortedSet(issuer.statuses("accepted_statuses")),
        };
        return [issuer.text("sovereign_id"), terms] as const;
      }),
    );
    if (named.size < issuers.length)
      throw policy.fault("recognized_issuers", "an issuer is named twice");
    const revoked = sortedSet(policy.texts("revoked_attestation_ids", []));
    return {
      json: { recognized_issuers: Object.fromEntries(named), revoked_attestation_ids: revoked },
      issuers: named.size,
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError("invalid_recognition_policy", error.message, {
      details: error.details,
      cause: error,
    });
  }
}
