/** The changes that treaties and attestations can undergo. Signed objects are immutable: what changes is succeeded. */
import type { DesiredRevocation } from "../model/desired.js";
import type { Change } from "../model/plan.js";
import type { InventoryEntry } from "../model/state.js";
import { sha256 } from "../protocol/digest.js";
import { appliedSpec, change, entryOf } from "./change.js";
import { positionOf, type PlanContext } from "./context.js";
import { freeObjectId } from "./identity.js";
import { windowOf, type SignedDesired, type SignedKind } from "./signed-kind.js";
import type { SignedRow } from "./signed-row.js";
import type { Outcome, Step } from "./step.js";

/** One kind under comparison. */
export interface Comparison<D extends SignedDesired> {
  readonly context: PlanContext;
  readonly signed: SignedKind<D>;
  readonly revocations: ReadonlyMap<string, DesiredRevocation>;
  readonly adoptions: ReadonlyMap<string, SignedRow>;
  /** Ids that an object ever bore: each is terminal once it is revoked. */
  readonly taken: Pick<ReadonlySet<string>, "has">;
  readonly outcome: Outcome;
}

/**
 * What the inventory keeps of an object whose name goes on to another: a revoked id must be known for ever, or whoever makes
 * its row active again would only have made an unmanaged object. No resource's name holds a `#`.
 */
export function tombstone(entry: InventoryEntry): Step {
  const name = `${entry.name}#${entry.objectId}`;
  return { do: "record", entry: { ...entry, name, live: false } };
}

/** The revocation of an object that a `Revocation` names, and its tombstone in the inventory. */
export function revoke<D extends SignedDesired>(
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
      : [signed.revoke(entry.objectId, revocation.reason, revocation.incident)];
  outcome.planned.push({
    change: change({
      action: steps.length === 0 ? "record" : "revoke",
      kind: signed.kind,
      name: entry.name,
      id: entry.objectId,
      reason: "revocation_requested",
      risk: steps.length === 0 ? "keeps" : "reduces",
      before: row === undefined ? null : appliedSpec(entry),
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
export function bury<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D,
  id: string,
  revocation: DesiredRevocation,
): void {
  const { context, signed } = comparison;
  const { name, source } = desired;
  const spec = signed.spec(desired);
  const entry = entryOf(context, { kind: signed.kind, name, objectId: id, spec, source });
  revoke(comparison, desired, entry, revocation);
}

/** Takes over an object that already says what the resource asks for. */
export function adopt<D extends SignedDesired>(
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

/** A revoked object that was made active outside git. */
export function revokeAgain<D extends SignedDesired>(
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

/** A first object, or one under a raised `reissue`. */
export function issue<D extends SignedDesired>(
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
    comparison.taken,
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
    steps: [
      signed.issue(id, desired),
      ...(previous === null ? [] : [tombstone(previous)]),
      { do: "record", entry },
    ],
  });
}

/** Findings on the window that signing now would give; true when there is nothing left to sign. */
export function ended<D extends SignedDesired>(
  { context, signed, outcome }: Comparison<D>,
  desired: D,
  level: "error" | "warning" = "error",
): boolean {
  const window = windowOf(desired.validity, context.now);
  const about = { kind: signed.kind, name: desired.name, source: positionOf(desired.source) };
  if (window.until <= context.now) {
    outcome.findings.push({
      ...about,
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
    // What is left until a fixed end falls every second, and a plan does not change for that.
    const { until } = desired.validity;
    const term = until === null ? `for ${seconds} s` : `until ${until}`;
    outcome.findings.push({
      ...about,
      code: "validity_over_limit",
      level,
      message: `${desired.name} would be valid ${term}; the policy allows ${signed.maxValidity} s`,
      hint: "shorten validity, or raise policy.maxValidity in a change of its own",
    });
    return level === "warning";
  }
  return false;
}
