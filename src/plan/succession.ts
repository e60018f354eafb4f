/** Successors: an object under other terms, or for another term. Signed objects are immutable. */
import type { Change } from "../model/plan.js";
import type { InventoryEntry } from "../model/state.js";
import { appliedSpec, change, entryOf } from "./change.js";
import { positionOf } from "./context.js";
import { freeObjectId } from "./identity.js";
import { compareSpecs, overallRisk } from "./risk.js";
import { ended, tombstone, type Comparison } from "./signed-changes.js";
import type { SignedDesired } from "./signed-kind.js";

/** Other terms: the successor is issued and the old object names it. */
export function replace<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D,
  entry: InventoryEntry,
  reason: "spec_changed" | "drift_altered",
): void {
  const { context, signed } = comparison;
  if (ended(comparison, desired)) {
    withdraw(comparison, entry);
    return;
  }
  const before = appliedSpec(entry);
  const after = signed.spec(desired);
  const fields = compareSpecs(signed.kind, before, after);
  const next = freeObjectId(
    context.desired.authority.sovereignId,
    signed.kind,
    desired.name,
    after,
    entry.renewal,
    comparison.taken,
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

/** Other terms whose window is past: nothing succeeds the object, and its wider terms end with them. */
function withdraw<D extends SignedDesired>(
  { signed, outcome }: Comparison<D>,
  entry: InventoryEntry,
): void {
  outcome.planned.push({
    change: change({
      action: "revoke",
      kind: signed.kind,
      name: entry.name,
      id: entry.objectId,
      reason: "spec_changed",
      risk: "reduces",
      before: appliedSpec(entry),
    }),
    steps: [
      signed.revoke(entry.objectId, "validity_ended"),
      { do: "record", entry: { ...entry, live: false } },
    ],
  });
}

/** The same terms for another term, which begins when it is signed. */
export function renew<D extends SignedDesired>(
  comparison: Comparison<D>,
  desired: D,
  entry: InventoryEntry,
  reason: "renewal_due" | "authority_key_changed",
): void {
  const { context, signed } = comparison;
  // The limit may have been lowered since: then the object lapses, and nothing else waits for it.
  const again = { ...desired, validity: { ...desired.validity, from: null } };
  if (ended(comparison, again, "warning")) return;
  const spec = signed.spec(desired);
  const { sovereignId } = context.desired.authority;
  const next = freeObjectId(
    sovereignId,
    signed.kind,
    desired.name,
    spec,
    entry.renewal + 1,
    comparison.taken,
  );
  // The same terms for another term: what was approved with the renewal clause.
  succeed(comparison, desired, entry, next, {
    action: "renew",
    reason,
    risk: "keeps",
    before: spec,
    after: spec,
    fields: [],
    issued: again,
  });
}

/** Issues the successor and revokes the old object with its id, in one change. */
function succeed<D extends SignedDesired>(
  { context, signed, outcome }: Comparison<D>,
  desired: D,
  entry: InventoryEntry,
  next: { readonly id: string; readonly renewal: number },
  {
    issued = desired,
    ...given
  }: Pick<Change, "action" | "reason" | "risk" | "before" | "after" | "fields"> & {
    /** What is signed, when it is not the resource as it stands. */
    readonly issued?: D;
  },
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
      signed.issue(next.id, issued),
      signed.revoke(entry.objectId, `${verb}:${next.id}`),
      tombstone(entry),
      { do: "record", entry: successor },
    ],
  });
}
