/** Authority, sovereigns and recognition policy as records for `diff-named.ts`. */
import type { DesiredPolicy, DesiredSovereign } from "../model/desired.js";
import type { JsonValue } from "../model/json.js";
import type { SovereignRecord } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { documentJson } from "../protocol/documents.js";
import { parseTimestamp, secondsBetween, toInstant } from "../protocol/instant.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import { inventoryOf, positionOf, type PlanContext } from "./context.js";
import { diffNamed } from "./diff-named.js";
import { authoritySpec, policySpec, recognitionPolicySpec, sovereignSpec } from "./spec.js";
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
  const applied = inventoryOf(context, "Authority").get(authority.name);
  const intact =
    applied === undefined ||
    (stored !== null &&
      stored.sovereignId === record.sovereignId &&
      stored.keyId === record.keyId &&
      stored.publicKey === record.publicKey &&
      stored.genesisJson === record.genesisJson &&
      stored.endpoint === record.endpoint &&
      canonicalJson(policySpec(stored.policy)) === canonicalJson(policySpec(record.policy)));
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
        spec: authoritySpec(authority),
        source: authority.source,
        put: { do: "put_authority", authority: record },
        intact,
      },
    ],
  );
  genesisFindings(context, outcome);
  return outcome;
}

function genesisFindings(context: PlanContext, outcome: Outcome): void {
  const { authority } = context.desired;
  const stored = context.snapshot.authority;
  const about = {
    kind: "Authority",
    name: authority.name,
    source: positionOf(authority.source),
  } as const;
  if (stored !== null && stored.sovereignId !== authority.sovereignId) {
    outcome.findings.push({
      code: "sovereign_id_changed",
      level: "error",
      message: `this state belongs to ${stored.sovereignId}; the tree says ${authority.sovereignId}`,
      hint: "use the database of this sovereign (--db), or set sovereignId back",
      ...about,
    });
  }
  if (stored !== null && stored.genesisJson !== documentJson(authority.genesis)) {
    const before = parseJson(stored.genesisJson);
    if (
      isJsonObject(before) &&
      before["root_public_key"] !== authority.genesis.body.root_public_key
    ) {
      outcome.findings.push({
        code: "genesis_root_changed",
        level: "error",
        message: "the genesis names another root key than the one applied",
        hint: "a sovereign keeps its root; a new root is a new sovereign with a new database",
        ...about,
      });
    }
  }
  const window = authority.genesis.body.network_authority;
  const left = secondsBetween(context.now, toInstant(parseTimestamp(window.valid_to)));
  if (left <= 30 * 86_400) {
    outcome.findings.push({
      code: "genesis_expired",
      level: "warning",
      message:
        left <= 0
          ? `the genesis names the authority's key until ${window.valid_to}, which is past`
          : `the genesis ends at ${window.valid_to}`,
      hint: "have the root key sign a genesis with a later network_authority.valid_to",
      ...about,
    });
  }
}

function sovereignRecord(sovereign: DesiredSovereign): SovereignRecord {
  const { name, sovereignId, publicKeys, endpoint, feed } = sovereign;
  return { name, sovereignId, publicKeys, endpoint, feed };
}

function sameRecord(left: SovereignRecord, right: SovereignRecord): boolean {
  const form = (record: SovereignRecord): JsonValue => [
    record.name,
    record.sovereignId,
    record.publicKeys,
    record.endpoint,
    record.feed.url,
    record.feed.maxAge,
    record.feed.suspend,
  ];
  return canonicalJson(form(left)) === canonicalJson(form(right));
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
        intact: stored !== undefined && sameRecord(stored, record),
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
            intact: context.snapshot.policy?.json === json,
          };
        });
  return diffNamed(
    context,
    { kind: "RecognitionPolicy", addRisk: "widens", remove: () => ({ do: "remove_policy" }) },
    records,
  );
}
