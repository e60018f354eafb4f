/** Authority, sovereigns and recognition policy as records for `diff-named.ts`. */
import type { DesiredPolicy, DesiredSovereign } from "../model/desired.js";
import type { JsonObject } from "../model/json.js";
import type { SovereignRecord } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { documentJson } from "../protocol/documents.js";
import { isJsonArray, isJsonObject, parseJson } from "../protocol/json.js";
import { approvalFindings, genesisFindings } from "./authority-findings.js";
import type { PlanContext } from "./context.js";
import { diffNamed } from "./diff-named.js";
import { authoritySpec, recognitionPolicySpec, sovereignSpec } from "./spec.js";
import type { Outcome } from "./step.js";

/** The local sovereign. Its id is the identity of everything signed so far, so it never changes. */
export function diffAuthority(context: PlanContext): Outcome {
  const { authority } = context.desired;
  const stored = context.snapshot.authority;
  const record = {
    name: authority.name,
    sovereignId: authority.sovereignId,
    keyId: authority.keyId,
    publicKey: authority.publicKey,
    genesisJson: documentJson(authority.genesis),
    endpoint: authority.endpoint,
    policy: authority.policy,
  };
  const outcome = diffNamed(
    context,
    {
      kind: "Authority",
      addRisk: "widens",
      remove: () => ({ do: "forget", kind: "Authority", name: "" }),
    },
    [
      {
        name: authority.name,
        id: authority.sovereignId,
        spec: authoritySpec(record),
        source: authority.source,
        put: { do: "put_authority", authority: record },
        stored: stored === null ? null : authoritySpec(stored),
      },
    ],
  );
  outcome.findings.push(...genesisFindings(context), ...approvalFindings(context));
  return outcome;
}

function sovereignRecord(sovereign: DesiredSovereign): SovereignRecord {
  const { name, sovereignId, publicKeys, endpoint, feed } = sovereign;
  return { name, sovereignId, publicKeys, endpoint, feed };
}

/** Foreign sovereigns. Knowing one grants nothing; the treaties with it do. */
export function diffSovereigns(context: PlanContext): Outcome {
  return diffNamed(
    context,
    {
      kind: "Sovereign",
      addRisk: "keeps",
      remove: (sovereignId) => ({ do: "remove_sovereign", sovereignId }),
    },
    context.desired.sovereigns.map((desired) => {
      const record = sovereignRecord(desired);
      const stored = context.index.sovereigns.get(desired.sovereignId);
      return {
        name: desired.name,
        id: desired.sovereignId,
        spec: sovereignSpec(desired),
        source: desired.source,
        put: { do: "put_sovereign", sovereign: record },
        stored: stored === undefined ? null : sovereignSpec(stored),
      };
    }),
  );
}

/** The wire form of the local policy (protocol.md 3). */
function policyJson(sovereignId: string, policy: DesiredPolicy): string {
  return canonicalJson({
    local_sovereign_id: sovereignId,
    recognized_issuers: policy.recognizedIssuers.map((issuer) => ({
      sovereign_id: issuer.sovereignId,
      public_keys: issuer.publicKeys,
      allowed_roles: issuer.allowedRoles,
      accepted_statuses: issuer.acceptedStatuses,
    })),
    revoked_attestation_ids: policy.revokedAttestationIds,
  });
}

/** The policy in the state in the words of a spec; null when there is none, or none that we would have written. */
function storedPolicySpec(json: string | undefined): JsonObject | null {
  const policy = json === undefined ? null : parseJson(json);
  if (!isJsonObject(policy) || !isJsonArray(policy["recognized_issuers"])) return null;
  const issuers = policy["recognized_issuers"].filter(isJsonObject);
  return {
    recognized_issuers: Object.fromEntries(
      issuers.map(({ sovereign_id: id, ...terms }) => [typeof id === "string" ? id : "", terms]),
    ),
    revoked_attestation_ids: policy["revoked_attestation_ids"] ?? [],
  };
}

/** The local recognition policy: at most one. */
export function diffRecognitionPolicy(context: PlanContext): Outcome {
  const { policy, authority } = context.desired;
  const policyId = `recognition-${authority.sovereignId}`;
  const records =
    policy === null
      ? []
      : [policy].map((desired) => {
          const json = policyJson(authority.sovereignId, desired);
          return {
            name: desired.name,
            id: policyId,
            spec: recognitionPolicySpec(desired),
            source: desired.source,
            put: { do: "put_policy", policyId, json } as const,
            stored: storedPolicySpec(context.snapshot.policy?.json),
          };
        });
  return diffNamed(
    context,
    { kind: "RecognitionPolicy", addRisk: "widens", remove: () => ({ do: "remove_policy" }) },
    records,
  );
}
