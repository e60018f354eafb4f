/** Treaties and attestations: which is new, changed, due, revoked or gone; a revocation is terminal (design.md 4.2). */
import type { DesiredRevocation } from "../model/desired.js";
import type { InventoryEntry } from "../model/state.js";
import { appliedSpec, change } from "./change.js";
import { inventoryOf, positionOf, type PlanContext } from "./context.js";
import { driftOf, type DriftVerdict } from "./drift.js";
import { objectId } from "./identity.js";
import type { SignedDesired, SignedKind } from "./signed-kind.js";
import { secondsLeft } from "./signed-row.js";
import { adopt, bury, issue, revoke, revokeAgain, type Comparison } from "./signed-changes.js";
import type { Outcome } from "./step.js";
import { renew, replace } from "./succession.js";
import { diffUnmanaged } from "./unmanaged.js";

/** Compares every treaty, or every attestation, with the state. */
export function diffSigned<D extends SignedDesired>(
  context: PlanContext,
  signed: SignedKind<D>,
  revocations: ReadonlyMap<string, DesiredRevocation>,
): Outcome {
  const { outcome, adoptions } = diffUnmanaged(context, signed, revocations);
  const applied = inventoryOf(context, signed.kind);
  const known = new Set([...applied.values()].map((entry) => entry.objectId));
  const taken = { has: (id: string): boolean => signed.rows.has(id) || known.has(id) };
  const comparison = { context, signed, revocations, adoptions, taken, outcome };
  const names = new Set<string>();
  for (const desired of signed.desired) {
    names.add(desired.name);
    compare(comparison, desired, applied.get(desired.name) ?? null);
  }
  for (const entry of applied.values()) if (!names.has(entry.name)) removed(comparison, entry);
  return outcome;
}

function compare<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D,
  entry: InventoryEntry | null,
): void {
  const { context, signed, revocations } = comparison;
  if (entry === null) {
    const id = objectId(
      context.desired.authority.sovereignId,
      signed.kind,
      desired.name,
      signed.spec(desired),
      0,
    );
    const revocation = revocations.get(id);
    const row = comparison.adoptions.get(desired.name);
    if (revocation !== undefined) bury(comparison, desired, id, revocation);
    else if (row !== undefined) adopt(comparison, desired, row);
    else issue(comparison, desired, null);
    return;
  }
  const revocation = entry.live ? revocations.get(entry.objectId) : undefined;
  if (revocation !== undefined) revoke(comparison, desired, entry, revocation);
  if (!entry.live || revocation !== undefined) {
    buried(comparison, desired, entry, revocation !== undefined);
    return;
  }
  const drift = driftOf(context, signed, desired.name, entry);
  if (drift !== null) {
    comparison.outcome.drift.push(drift.drift);
    drifted(comparison, desired, entry, drift);
    return;
  }
  live(comparison, desired, entry);
}

/** The object stands as it was applied: has the spec, the key or the time moved? */
function live<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D,
  entry: InventoryEntry,
): void {
  const { context, signed, outcome } = comparison;
  const row = signed.rows.get(entry.objectId);
  if (row === undefined) return;
  const left = secondsLeft(row, context.now);
  if (signed.specJson(desired) !== entry.specJson) {
    replace(comparison, desired, entry, "spec_changed");
    return;
  }
  const previous = context.snapshot.authority;
  if (previous !== null && previous.publicKey !== context.desired.authority.publicKey && left > 0) {
    renew(comparison, desired, entry, "authority_key_changed");
    return;
  }
  const before = signed.renewBefore(desired);
  if (before !== null && left <= before) {
    renew(comparison, desired, entry, "renewal_due");
  } else if (left <= 0) {
    outcome.skipped.push({
      kind: signed.kind,
      name: desired.name,
      id: entry.objectId,
      reason: "expired",
      message: "its validity has ended; raise reissue to issue it again",
    });
  }
}

/** What to do about an object that somebody changed outside git. */
function drifted<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D,
  entry: InventoryEntry,
  { drift }: DriftVerdict,
): void {
  const { signed, outcome } = comparison;
  if (drift.disposition === "replace") replace(comparison, desired, entry, "drift_altered");
  if (drift.disposition === "reissue") issue(comparison, desired, entry, "drift_missing");
  if (drift.disposition !== "keep") return;
  // Taken back outside git: never undone (design.md 4.1). The inventory remembers it, so that it stays so.
  outcome.planned.push({
    change: change({
      action: "record",
      kind: signed.kind,
      name: desired.name,
      id: entry.objectId,
      reason: "drift_revoked",
      risk: "keeps",
      source: positionOf(desired.source),
    }),
    steps: [{ do: "record", entry: { ...entry, live: false } }],
  });
  buried(comparison, desired, entry, true);
}

/** A revoked name: nothing brings the id back, only a raised `reissue` makes a successor. */
function buried<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D,
  entry: InventoryEntry,
  justRevoked: boolean,
): void {
  const { context, signed, outcome } = comparison;
  if (!justRevoked) {
    const drift = driftOf(context, signed, desired.name, entry);
    if (drift !== null) {
      outcome.drift.push(drift.drift);
      if (drift.disposition === "revoke") revokeAgain(comparison, entry);
    }
  }
  const before = appliedSpec(entry)["reissue"];
  if (typeof before === "number" && desired.reissue > before) {
    outcome.findings.push({
      code: "reissued_after_revocation",
      level: "warning",
      message: `${desired.name} was revoked; reissue ${desired.reissue} trusts it again under another id`,
      hint: "approve only if the cause of the revocation is gone",
      kind: signed.kind,
      name: desired.name,
      source: positionOf(desired.source),
    });
    issue(comparison, desired, entry);
    return;
  }
  outcome.skipped.push({
    kind: signed.kind,
    name: desired.name,
    id: entry.objectId,
    reason: "revoked",
    message:
      "it is revoked, and a revocation is terminal; raise reissue to trust again under another id",
  });
  const returns =
    signed.specJson(desired) !== entry.specJson || desired.source.blob !== entry.source.blob;
  if (!justRevoked && returns && !comparison.revocations.has(entry.objectId)) {
    outcome.findings.push({
      code: "revoked_name_returns",
      level: "warning",
      message: `${desired.name} was revoked before; writing it again does not trust it again`,
      hint: `set reissue: ${typeof before === "number" ? before + 1 : 1} to trust it again, or delete the resource`,
      kind: signed.kind,
      name: desired.name,
      source: positionOf(desired.source),
    });
  }
}

/** The resource left the tree: its object is revoked, unless it is dead already. */
function removed<D extends SignedDesired>(comparison: Comparison<D>, entry: InventoryEntry): void {
  const { context, signed, revocations, outcome } = comparison;
  const revocation = entry.live ? revocations.get(entry.objectId) : undefined;
  if (revocation !== undefined) {
    revoke(comparison, null, entry, revocation);
    return;
  }
  const drift = driftOf(context, signed, null, entry);
  if (drift !== null && drift.drift.class === "reactivated") {
    outcome.drift.push(drift.drift);
    if (drift.drift.disposition === "revoke") revokeAgain(comparison, entry);
  }
  if (!entry.live) return;
  const row = signed.rows.get(entry.objectId);
  const about = {
    kind: signed.kind,
    name: entry.name,
    id: entry.objectId,
    reason: "removed_from_desired_state",
    before: appliedSpec(entry),
  } as const;
  if (row === undefined || secondsLeft(row, context.now) <= 0) {
    outcome.planned.push({
      change: change({ ...about, action: "forget", risk: "keeps" }),
      steps: [{ do: "forget", kind: signed.kind, name: entry.name }],
    });
    return;
  }
  const buriedEntry = { do: "record", entry: { ...entry, live: false } } as const;
  const revoked = row.status === "revoked";
  outcome.planned.push({
    change: change({
      ...about,
      action: revoked ? "record" : "revoke",
      risk: revoked ? "keeps" : "reduces",
    }),
    steps: revoked
      ? [buriedEntry]
      : [signed.revoke(entry.objectId, "removed_from_desired_state"), buriedEntry],
  });
}
