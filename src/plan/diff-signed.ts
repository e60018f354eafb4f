/** Treaties and attestations: issue, replace, renew, revoke; signed objects are immutable and a revocation is terminal. */
import type { Change, Finding } from "../model/plan.js";
import type { DesiredRevocation } from "../model/desired.js";
import type { InventoryEntry } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { sha256 } from "../protocol/digest.js";
import { appliedSpec, change, entryOf } from "./change.js";
import { inventoryOf, positionOf, type PlanContext } from "./context.js";
import { driftOf, type DriftVerdict } from "./drift.js";
import { freeObjectId, objectId } from "./identity.js";
import { compareSpecs, overallRisk } from "./risk.js";
import {
  secondsLeft,
  windowOf,
  type SignedDesired,
  type SignedKind,
  type SignedRow,
} from "./signed-kind.js";
import type { Outcome } from "./step.js";
import { diffUnmanaged } from "./unmanaged.js";

interface Comparison<D extends SignedDesired> {
  readonly context: PlanContext;
  readonly signed: SignedKind<D>;
  readonly revocations: ReadonlyMap<string, DesiredRevocation>;
  readonly adoptions: ReadonlyMap<string, SignedRow>;
  readonly outcome: Outcome;
}

/** Compares every treaty, or every attestation, with the state. */
export function diffSigned<D extends SignedDesired>(
  context: PlanContext,
  signed: SignedKind<D>,
  revocations: ReadonlyMap<string, DesiredRevocation>,
): Outcome {
  const { outcome, adoptions } = diffUnmanaged(context, signed, revocations);
  const comparison = { context, signed, revocations, adoptions, outcome };
  const applied = inventoryOf(context, signed.kind);
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
  if (canonicalJson(signed.spec(desired)) !== entry.specJson) {
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
  outcome.skipped.push({
    kind: signed.kind,
    name: desired.name,
    id: entry.objectId,
    reason: "revoked_out_of_band",
    message: "it was revoked outside git, which is never undone; raise reissue to trust again",
  });
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
    canonicalJson(signed.spec(desired)) !== entry.specJson ||
    desired.source.blob !== entry.source.blob;
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

function revoke<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D | null,
  entry: InventoryEntry,
  revocation: DesiredRevocation,
): void {
  const { signed, outcome } = comparison;
  const row = signed.rows.get(entry.objectId);
  const steps =
    row === undefined || row.status === "revoked"
      ? []
      : [signed.revoke(entry.objectId, revocation.reason)];
  outcome.planned.push({
    change: change({
      action: steps.length === 0 ? "record" : "revoke",
      kind: signed.kind,
      name: entry.name,
      id: entry.objectId,
      reason: "revocation_requested",
      risk: steps.length === 0 ? "keeps" : "reduces",
      before: appliedSpec(entry),
      after: { revocation_reason: revocation.reason, incident: revocation.incident },
      source: positionOf(revocation.source),
    }),
    steps: [
      ...steps,
      { do: "record", entry: { ...entry, live: false, source: desired?.source ?? entry.source } },
    ],
  });
}

/** Revoked before it was ever issued: only the tombstone is written. */
function bury<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D,
  id: string,
  revocation: DesiredRevocation,
): void {
  const { context, signed, outcome } = comparison;
  const entry = entryOf(context, {
    kind: signed.kind,
    name: desired.name,
    objectId: id,
    spec: signed.spec(desired),
    source: desired.source,
    live: false,
  });
  outcome.planned.push({
    change: change({
      action: "record",
      kind: signed.kind,
      name: desired.name,
      id,
      reason: "revocation_requested",
      risk: "keeps",
      after: { revocation_reason: revocation.reason, incident: revocation.incident },
      source: positionOf(revocation.source),
    }),
    steps: [{ do: "record", entry }],
  });
}

/** Takes over an object that already says what the resource asks for. */
function adopt<D extends SignedDesired>(
  { context, signed, outcome }: Comparison<D>,
  desired: D,
  row: SignedRow,
): void {
  const spec = signed.spec(desired);
  const { source } = desired;
  const entry = entryOf(context, {
    kind: signed.kind,
    name: desired.name,
    objectId: row.id,
    spec,
    source,
  });
  outcome.planned.push({
    change: change({
      action: "adopt",
      kind: signed.kind,
      name: desired.name,
      id: row.id,
      reason: "drift_unmanaged",
      risk: "keeps",
      after: spec,
      source: positionOf(source),
    }),
    steps: [{ do: "record", entry: { ...entry, documentDigest: sha256(row.json) } }],
  });
}

function revokeAgain<D extends SignedDesired>(
  comparison: Comparison<D>,
  entry: InventoryEntry,
): void {
  const { signed, outcome } = comparison;
  outcome.planned.push({
    change: change({
      action: "revoke",
      kind: signed.kind,
      name: entry.name,
      id: entry.objectId,
      reason: "drift_reactivated",
      risk: "reduces",
      before: appliedSpec(entry),
    }),
    steps: [signed.revoke(entry.objectId, "reactivated_out_of_band")],
  });
}

function issue<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D,
  previous: InventoryEntry | null,
  reason: Change["reason"] = "added_to_desired_state",
): void {
  const { context, signed, outcome } = comparison;
  if (ended(comparison, desired)) return;
  const spec = signed.spec(desired);
  const from = reason === "drift_missing" && previous !== null ? previous.renewal + 1 : 0;
  const { id, renewal } = freeObjectId(
    context.desired.authority.sovereignId,
    signed.kind,
    desired.name,
    spec,
    from,
    signed.rows,
  );
  const entry = entryOf(context, {
    kind: signed.kind,
    name: desired.name,
    objectId: id,
    spec,
    source: desired.source,
    renewal,
  });
  outcome.planned.push({
    change: change({
      action: "issue",
      kind: signed.kind,
      name: desired.name,
      id,
      reason,
      risk: "widens",
      after: spec,
      source: positionOf(desired.source),
    }),
    steps: [signed.issue(id, desired), { do: "record", entry }],
  });
}

function replace<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D,
  entry: InventoryEntry,
  reason: "spec_changed" | "drift_altered",
): void {
  const { context, signed } = comparison;
  if (ended(comparison, desired)) return;
  const before = appliedSpec(entry);
  const after = signed.spec(desired);
  const fields = compareSpecs(signed.kind, before, after);
  const next = freeObjectId(
    context.desired.authority.sovereignId,
    signed.kind,
    desired.name,
    after,
    entry.renewal,
    signed.rows,
  );
  succeed(comparison, desired, entry, next, {
    action: "replace",
    reason,
    risk: overallRisk(fields),
    before,
    after,
    fields,
  });
}

function renew<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D,
  entry: InventoryEntry,
  reason: "renewal_due" | "authority_key_changed",
): void {
  const { context, signed } = comparison;
  const spec = signed.spec(desired);
  const { sovereignId } = context.desired.authority;
  const next = freeObjectId(
    sovereignId,
    signed.kind,
    desired.name,
    spec,
    entry.renewal + 1,
    signed.rows,
  );
  // The same terms for another term: what was approved with the renewal clause.
  succeed(comparison, desired, entry, next, {
    action: "renew",
    reason,
    risk: "keeps",
    before: spec,
    after: spec,
    fields: [],
  });
}

/** Issues the successor and revokes the old object with its id, in one change. */
function succeed<D extends SignedDesired>(
  { context, signed, outcome }: Comparison<D>,
  desired: D,
  entry: InventoryEntry,
  next: { readonly id: string; readonly renewal: number },
  given: Pick<Change, "action" | "reason" | "risk" | "before" | "after" | "fields">,
): void {
  const verb = given.action === "renew" ? "renewed_by" : "replaced_by";
  const successor = entryOf(context, {
    kind: signed.kind,
    name: desired.name,
    objectId: next.id,
    spec: signed.spec(desired),
    source: desired.source,
    renewal: next.renewal,
  });
  outcome.planned.push({
    change: change({
      ...given,
      kind: signed.kind,
      name: desired.name,
      id: next.id,
      replaces: entry.objectId,
      source: positionOf(desired.source),
    }),
    steps: [
      signed.issue(next.id, desired),
      signed.revoke(entry.objectId, `${verb}:${next.id}`),
      { do: "record", entry: successor },
    ],
  });
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

/** Findings on the window that signing now would give; true when there is nothing left to sign. */
function ended<D extends SignedDesired>(
  { context, signed, outcome }: Comparison<D>,
  desired: D,
): boolean {
  const window = windowOf(desired.validity, context.now);
  const about = { kind: signed.kind, name: desired.name, source: positionOf(desired.source) };
  const finding = (given: Pick<Finding, "code" | "level" | "message" | "hint">): void => {
    outcome.findings.push({ ...given, ...about });
  };
  if (window.until <= context.now) {
    finding({
      code: "validity_ended",
      level: "warning",
      message: `${desired.name} is not issued: its validity ended`,
      hint: "set a later until, or delete the resource",
    });
    outcome.skipped.push({
      ...about,
      id: "",
      reason: "expired",
      message: "its validity ended before it was issued",
    });
    return true;
  }
  const seconds = Number((window.until - window.from) / 1_000_000n);
  if (seconds > signed.maxValidity) {
    finding({
      code: "validity_over_limit",
      level: "error",
      message: `${desired.name} would be valid for ${seconds} s; the policy allows ${signed.maxValidity} s`,
      hint: "shorten validity, or raise policy.maxValidity in a change of its own",
    });
  }
  return false;
}
