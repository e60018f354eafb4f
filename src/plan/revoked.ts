/** Which objects the desired state says are revoked, before anything else is compared: revocations win. */
import type { DesiredRevocation } from "../model/desired.js";
import type { RevocableKind } from "../model/resources.js";
import type { InventoryEntry } from "../model/state.js";
import { appliedSpec } from "./change.js";
import { inventoryOf, type PlanContext } from "./context.js";
import { objectId } from "./identity.js";
import { attestationSpec, revocationSpec, treatySpec } from "./spec.js";

/** A revocation with its target pinned: once applied, it means the same object for ever. */
export interface PinnedRevocation {
  readonly desired: DesiredRevocation;
  readonly targetId: string;
  readonly applied: InventoryEntry | null;
}

/** True when the revocation, as applied, was of another target than the tree says. */
export function targetChanged(revocation: DesiredRevocation, applied: InventoryEntry): boolean {
  const before = appliedSpec(applied);
  const after = revocationSpec(revocation);
  return ["target_kind", "target_name", "target_id"].some(
    (field) => before[field] !== after[field],
  );
}

/** The id that a treaty or an attestation would bear if it were issued for the first time. */
function firstId(
  context: PlanContext,
  kind: "RecognitionTreaty" | "MembershipAttestation",
  name: string,
): string | null {
  const { authority, treaties, attestations } = context.desired;
  if (kind === "RecognitionTreaty") {
    const treaty = treaties.find((candidate) => candidate.name === name);
    return treaty === undefined
      ? null
      : objectId(authority.sovereignId, kind, name, treatySpec(treaty), 0);
  }
  const attestation = attestations.find((candidate) => candidate.name === name);
  return attestation === undefined
    ? null
    : objectId(authority.sovereignId, kind, name, attestationSpec(attestation), 0);
}

function pin(context: PlanContext, revocation: DesiredRevocation): string {
  if (revocation.targetId !== null) return revocation.targetId;
  const name = revocation.targetName ?? "";
  const applied = inventoryOf(context, revocation.targetKind).get(name)?.objectId;
  if (applied !== undefined) return applied;
  if (revocation.targetKind !== "OperatorKey")
    return firstId(context, revocation.targetKind, name) ?? name;
  return context.desired.operatorKeys.find((key) => key.name === name)?.keyId ?? name;
}

/**
 * Pins every revocation of the tree to the id of its target: the object that bears the name when the revocation is
 * first applied. A later `reissue` makes another object, which the old revocation does not touch.
 */
export function pinRevocations(context: PlanContext): readonly PinnedRevocation[] {
  const applied = inventoryOf(context, "Revocation");
  return context.desired.revocations.map((desired) => {
    const entry = applied.get(desired.name) ?? null;
    const targetId =
      entry !== null && !targetChanged(desired, entry) ? entry.objectId : pin(context, desired);
    return { desired, targetId, applied: entry };
  });
}

/** The revocations of one kind of target, by the id of the target. */
export function revocationsOf(
  revocations: readonly PinnedRevocation[],
  kind: RevocableKind,
): ReadonlyMap<string, DesiredRevocation> {
  return new Map(
    revocations
      .filter(({ desired }) => desired.targetKind === kind)
      .map(({ desired, targetId }) => [targetId, desired]),
  );
}
