/** The recognition policy on its way into the state and back: its wire text and its spec. */
import { AppError } from "../errors.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import { canonicalJson } from "../protocol/canonical.js";
import { sha256 } from "../protocol/digest.js";
import { isJsonArray, isJsonObject, parseJson } from "../protocol/json.js";

const TERMS = ["public_keys", "allowed_roles", "accepted_statuses"] as const;

/** The wire form of a local policy (protocol.md 3), from its spec. */
export function policyJson(sovereignId: string, spec: JsonObject): string {
  const issuers = isJsonObject(spec["recognized_issuers"]) ? spec["recognized_issuers"] : {};
  return canonicalJson({
    local_sovereign_id: sovereignId,
    recognized_issuers: Object.keys(issuers)
      .toSorted()
      .map((id) => {
        const terms = issuers[id];
        return { ...(isJsonObject(terms) ? terms : {}), sovereign_id: id };
      }),
    revoked_attestation_ids: spec["revoked_attestation_ids"] ?? [],
  });
}

function read(json: string): JsonValue {
  try {
    return parseJson(json);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function items(value: JsonValue | undefined): readonly JsonValue[] {
  return isJsonArray(value) ? value : [];
}

/** Two entries of one issuer, each of which a reader could take: all that either grants. */
function widest(left: JsonObject, right: JsonObject): JsonObject {
  return Object.fromEntries(
    TERMS.map((term) => {
      const [one, other] = [items(left[term]), items(right[term])];
      // No roles at all is judged as any role.
      const isAny = term === "allowed_roles" && (one.length === 0 || other.length === 0);
      return [term, isAny ? [] : [...new Set([...one, ...other])]];
    }),
  );
}

/**
 * The policy in the state in the words of a spec. Where its text says anything that a spec does not (an issuer twice, an
 * unknown field, another sovereign's id, no JSON at all), the spec bears the text's digest as `json_digest`.
 */
export function storedPolicySpec(sovereignId: string, json: string): JsonObject {
  const policy = read(json);
  if (!isJsonObject(policy) || !isJsonArray(policy["recognized_issuers"]))
    return { json_digest: sha256(json) };
  const issuers = new Map<string, JsonObject>();
  for (const issuer of policy["recognized_issuers"]) {
    if (!isJsonObject(issuer) || typeof issuer["sovereign_id"] !== "string") continue;
    const id = issuer["sovereign_id"];
    const terms = Object.fromEntries(TERMS.map((term) => [term, issuer[term] ?? []]));
    const other = issuers.get(id);
    issuers.set(id, other === undefined ? terms : widest(other, terms));
  }
  const spec = {
    recognized_issuers: Object.fromEntries(issuers),
    revoked_attestation_ids: policy["revoked_attestation_ids"] ?? [],
  };
  return policyJson(sovereignId, spec) === json ? spec : { ...spec, json_digest: sha256(json) };
}
