/** Authority, sovereigns and recognition policy as records for `diff-named.ts`. */
import type { DesiredAuthority, DesiredSovereign } from "../model/desired.js";
import type { AuthorityRecord, SovereignRecord } from "../model/state.js";
import { documentJson } from "../protocol/documents.js";
import { approvalFindings, genesisFindings } from "./authority-findings.js";
import { inventoryOf, type PlanContext } from "./context.js";
import { change } from "./change.js";
import { diffNamed } from "./diff-named.js";
import { drift } from "./drift.js";
import { policyJson, storedPolicySpec } from "./stored-policy.js";
import { authoritySpec, recognitionPolicySpec, sovereignSpec } from "./spec.js";
import type { Outcome } from "./step.js";

/** The authority as the state stores it. */
export function authorityRecord(authority: DesiredAuthority): AuthorityRecord {
  const { name, sovereignId, keyId, publicKey, genesis, endpoint, policy } = authority;
  const genesisJson = documentJson(genesis);
  return { name, sovereignId, keyId, publicKey, genesisJson, endpoint, policy };
}

/** The local sovereign. Its id is the identity of everything signed so far, so it never changes. */
export function diffAuthority(context: PlanContext): Outcome {
  const { authority } = context.desired;
  const stored = context.snapshot.authority;
  const record = authorityRecord(authority);
  const outcome = diffNamed(context, { kind: "Authority", addRisk: "widens", remove: () => null }, [
    {
      name: authority.name,
      id: authority.sovereignId,
      spec: authoritySpec(record),
      source: authority.source,
      put: { do: "put_authority", authority: record },
      stored: stored === null ? null : authoritySpec(stored),
    },
  ]);
  outcome.findings.push(...genesisFindings(context), ...approvalFindings(context));
  return outcome;
}

/** A foreign sovereign as the state stores it. */
export function sovereignRecord(sovereign: DesiredSovereign): SovereignRecord {
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
      remove: (sovereignId) =>
        context.index.sovereigns.has(sovereignId) ? { do: "remove_sovereign", sovereignId } : null,
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

/** The local recognition policy: at most one. */
export function diffRecognitionPolicy(context: PlanContext): Outcome {
  const { policy, authority } = context.desired;
  const stored = context.snapshot.policy;
  const { sovereignId } = authority;
  const policyId = `recognition-${sovereignId}`;
  const records =
    policy === null
      ? []
      : [policy].map((desired) => {
          const spec = recognitionPolicySpec(desired);
          return {
            name: desired.name,
            id: policyId,
            spec,
            source: desired.source,
            put: { do: "put_policy", policyId, json: policyJson(sovereignId, spec) } as const,
            stored: stored === null ? null : storedPolicySpec(sovereignId, stored.json),
          };
        });
  const outcome = diffNamed(
    context,
    {
      kind: "RecognitionPolicy",
      addRisk: "widens",
      remove: () => (stored === null ? null : { do: "remove_policy" }),
    },
    records,
  );
  if (policy === null && inventoryOf(context, "RecognitionPolicy").size === 0)
    stranger(context, outcome);
  return outcome;
}

/** A policy that no resource asked for recognises issuers outside git. */
function stranger(context: PlanContext, outcome: Outcome): void {
  const stored = context.snapshot.policy;
  if (stored === null) return;
  const about = { kind: "RecognitionPolicy", id: stored.policyId } as const;
  const disposition = context.policy.selfHeal === "off" ? "report" : "revoke";
  outcome.drift.push(drift({ class: "unmanaged", ...about, name: null, disposition }));
  if (disposition === "report") return;
  outcome.planned.push({
    change: change({
      ...about,
      name: stored.policyId,
      action: "remove",
      reason: "drift_unmanaged",
      risk: "reduces",
      before: storedPolicySpec(context.desired.authority.sovereignId, stored.json),
    }),
    steps: [{ do: "remove_policy" }],
  });
}
