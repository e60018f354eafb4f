/** The `Revocation` resources themselves: what they mean is pinned, and none is taken back while its target could live. */
import type { RevocableKind } from "../model/resources.js";
import type { InventoryEntry } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { appliedSpec, change, entryOf } from "./change.js";
import { inventoryOf, positionOf, type PlanContext } from "./context.js";
import { targetChanged, type PinnedRevocation } from "./revoked.js";
import { attestations, treaties, type SignedKind } from "./signed-kind.js";
import { secondsLeft } from "./signed-row.js";
import { tombstone } from "./signed-changes.js";
import { revocationSpec } from "./spec.js";
import { emptyOutcome, type Outcome, type Step } from "./step.js";

/** Compares the revocations; the objects they touch are changed by the comparison of their own kind. */
export function diffRevocations(
  context: PlanContext,
  revocations: readonly PinnedRevocation[],
): Outcome {
  const outcome = emptyOutcome();
  const names = new Set<string>();
  for (const revocation of revocations) {
    const { desired, applied } = revocation;
    names.add(desired.name);
    const turned = applied !== null && targetChanged(desired, applied);
    if (turned && targetOf(context, applied) === "live") {
      deleted(context, outcome, applied, "now names another target");
    } else if (applied === null || turned) first(context, outcome, revocation);
    else if (applied.specJson !== canonicalJson(revocationSpec(desired)))
      reworded(context, outcome, revocation, applied);
  }
  for (const entry of inventoryOf(context, "Revocation").values()) {
    if (!names.has(entry.name)) deleted(context, outcome, entry, "was deleted");
  }
  return outcome;
}

function record(context: PlanContext, { desired, targetId }: PinnedRevocation): Step {
  const spec = revocationSpec(desired);
  const entry = entryOf(context, {
    kind: "Revocation",
    name: desired.name,
    objectId: targetId,
    spec,
    source: desired.source,
  });
  return { do: "record", entry };
}

function first(context: PlanContext, outcome: Outcome, revocation: PinnedRevocation): void {
  const { desired, targetId } = revocation;
  const about = {
    kind: "Revocation",
    name: desired.name,
    source: positionOf(desired.source),
  } as const;
  const known = find(context, desired.targetKind, targetId);
  if (known === "unknown" && desired.targetName === null) {
    outcome.findings.push({
      code: "revocation_target_unknown",
      level: "error",
      message: `no ${desired.targetKind} with id ${targetId} is in the tree or in the state`,
      hint: "check the id; an attestation of another sovereign is refused by RecognitionPolicy.revokedAttestationIds",
      ...about,
    });
    return;
  }
  const steps = unmanagedRevocation(context, revocation);
  const [action, risk] =
    steps.length === 0 ? (["record", "keeps"] as const) : (["revoke", "reduces"] as const);
  outcome.planned.push({
    change: change({
      ...about,
      id: targetId,
      action,
      reason: "revocation_requested",
      risk,
      after: revocationSpec(desired),
    }),
    steps: [...steps, record(context, revocation)],
  });
}

/** An object that no resource of the tree accounts for is revoked here, since no comparison of its kind sees it. */
function unmanagedRevocation(
  context: PlanContext,
  { desired, targetId }: PinnedRevocation,
): readonly Step[] {
  const { targetKind, targetName, reason, incident } = desired;
  // A name stands for a resource of the tree, which the comparison of its kind revokes or buries.
  if (targetName !== null) return [];
  // Nor does it see the row of a tombstone that is not revoked: one that was taken over suspended.
  const managed = [...inventoryOf(context, targetKind).values()].some(
    (entry) => entry.objectId === targetId && (entry.live || targetKind === "OperatorKey"),
  );
  if (managed) return [];
  if (targetKind === "OperatorKey") {
    const inTree = context.desired.operatorKeys.some((key) => key.keyId === targetId);
    const revocable = context.index.keys.has(targetId) && !context.index.revokedKeys.has(targetId);
    return !inTree && revocable
      ? [{ do: "revoke_operator_key", keyId: targetId, reason, incident }]
      : [];
  }
  const signed = signedKind(context, targetKind);
  const row = signed.rows.get(targetId);
  if (row === undefined || row.status === "revoked") return [];
  const { source } = desired;
  const entry = entryOf(context, {
    kind: targetKind,
    name: "",
    objectId: targetId,
    spec: {},
    source,
  });
  return [signed.revoke(targetId, reason, incident), tombstone(entry)];
}

function signedKind(
  context: PlanContext,
  kind: Exclude<RevocableKind, "OperatorKey">,
): Pick<SignedKind, "rows" | "revoke"> {
  return kind === "RecognitionTreaty" ? treaties(context) : attestations(context);
}

function find(context: PlanContext, kind: RevocableKind, id: string): "live" | "dead" | "unknown" {
  if (kind === "OperatorKey") {
    const known = context.index.keys.has(id) || context.index.revokedKeys.has(id);
    return known || context.desired.operatorKeys.some((key) => key.keyId === id)
      ? "live"
      : "unknown";
  }
  const row = signedKind(context, kind).rows.get(id);
  if (row !== undefined) return secondsLeft(row, context.now) > 0 ? "live" : "dead";
  return [...inventoryOf(context, kind).values()].some((entry) => entry.objectId === id)
    ? "live"
    : "unknown";
}

function reworded(
  context: PlanContext,
  outcome: Outcome,
  revocation: PinnedRevocation,
  applied: InventoryEntry,
): void {
  const { desired, targetId } = revocation;
  outcome.planned.push({
    change: change({
      action: "update",
      kind: "Revocation",
      name: desired.name,
      id: targetId,
      reason: "spec_changed",
      risk: "keeps",
      before: appliedSpec(applied),
      after: revocationSpec(desired),
      source: positionOf(desired.source),
    }),
    steps: [record(context, revocation)],
  });
}

/** What became of the target that a revocation was applied to. */
function targetOf(context: PlanContext, entry: InventoryEntry): ReturnType<typeof find> {
  const kind = appliedSpec(entry)["target_kind"];
  const targetKind: RevocableKind =
    kind === "RecognitionTreaty" || kind === "MembershipAttestation" ? kind : "OperatorKey";
  return find(context, targetKind, entry.objectId);
}

/** Allowed only once the target could not come back anyway (design.md 4.2). */
function deleted(
  context: PlanContext,
  outcome: Outcome,
  entry: InventoryEntry,
  what: string,
): void {
  if (targetOf(context, entry) !== "live") {
    outcome.planned.push({
      change: change({
        action: "forget",
        kind: "Revocation",
        name: entry.name,
        id: entry.objectId,
        reason: "removed_from_desired_state",
        risk: "keeps",
        before: appliedSpec(entry),
      }),
      steps: [{ do: "forget", kind: "Revocation", name: entry.name }],
    });
    return;
  }
  outcome.findings.push({
    code: "revocation_deleted",
    level: "error",
    message: `Revocation ${entry.name} ${what} while its target ${entry.objectId} has not expired`,
    hint: `restore ${entry.source.file}; to trust again, raise reissue on the resource`,
    kind: "Revocation",
    name: entry.name,
    source: { file: entry.source.file, line: entry.source.line },
  });
}
