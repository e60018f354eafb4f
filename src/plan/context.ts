/** What every comparison looks at: the desired state, an indexed snapshot, the judging policy and the time. */
import type { Desired, SafetyPolicy } from "../model/desired.js";
import type { Position } from "../model/plan.js";
import type { Kind, Source } from "../model/resources.js";
import type {
  AttestationRecord,
  InventoryEntry,
  OperatorKeyRecord,
  RevokedKeyRecord,
  Snapshot,
  SovereignRecord,
  TreatyRecord,
} from "../model/state.js";
import type { Instant } from "../model/time.js";
import { perObject } from "../protocol/per-object.js";

export interface StateIndex {
  readonly treaties: ReadonlyMap<string, TreatyRecord>;
  readonly attestations: ReadonlyMap<string, AttestationRecord>;
  readonly keys: ReadonlyMap<string, OperatorKeyRecord>;
  readonly revokedKeys: ReadonlyMap<string, RevokedKeyRecord>;
  readonly sovereigns: ReadonlyMap<string, SovereignRecord>;
  /** Inventory by kind, then by name. */
  readonly inventory: ReadonlyMap<Kind, ReadonlyMap<string, InventoryEntry>>;
}

export interface PlanContext {
  readonly desired: Desired;
  readonly snapshot: Snapshot;
  readonly index: StateIndex;
  /** The policy last applied; on the first apply the desired one (design.md 5). */
  readonly policy: SafetyPolicy;
  readonly now: Instant;
}

function byKey<T>(rows: readonly T[], key: (row: T) => string): Map<string, T> {
  const map = new Map<string, T>();
  for (const row of rows) map.set(key(row), row);
  return map;
}

/** A snapshot never changes, and is planned against again and again while the state stands still. */
const indexOf = perObject((snapshot: Snapshot): StateIndex => {
  const inventory = new Map<Kind, Map<string, InventoryEntry>>();
  for (const entry of snapshot.inventory) {
    const names = inventory.get(entry.kind) ?? new Map<string, InventoryEntry>();
    names.set(entry.name, entry);
    inventory.set(entry.kind, names);
  }
  return {
    treaties: byKey(snapshot.treaties, (row) => row.id),
    attestations: byKey(snapshot.attestations, (row) => row.id),
    keys: byKey(snapshot.operatorKeys, (row) => row.keyId),
    revokedKeys: byKey(snapshot.revokedKeys, (row) => row.keyId),
    sovereigns: byKey(snapshot.sovereigns, (row) => row.sovereignId),
    inventory,
  };
});

/** Indexes a snapshot and picks the policy that judges. */
export function planContext(desired: Desired, snapshot: Snapshot, now: Instant): PlanContext {
  const policy = snapshot.authority?.policy ?? desired.authority.policy;
  return { desired, snapshot, now, policy, index: indexOf(snapshot) };
}

/** What Concordat applied under this kind, by name. */
export function inventoryOf(context: PlanContext, kind: Kind): ReadonlyMap<string, InventoryEntry> {
  return context.index.inventory.get(kind) ?? new Map<string, InventoryEntry>();
}

/** The part of a source that people are shown. */
export function positionOf(source: Source): Position {
  return { file: source.file, line: source.line };
}
