/** The inventory of a restored state: what Concordat is known to have applied, in the light of what the restore made of it. */
import type { InventoryEntry } from "../../model/state.js";

/** What a restore made of an object. */
export type Fate =
  /** It stands as the live state has it, or as the backup has it where that state has lost it. */
  | "stands"
  /** The live state had revoked it: for a successor that was renewed or replaced it. */
  | "succeeded"
  /** It was revoked before the restore, for any other reason. */
  | "revoked"
  /** It was trusted until the restore, and is not any more. */
  | "ended"
  /** Its revocation is forgotten. */
  | "forgotten";

export interface InventorySides {
  readonly live: readonly InventoryEntry[];
  readonly backup: readonly InventoryEntry[];
}

const SIGNED: ReadonlySet<string> = new Set(["RecognitionTreaty", "MembershipAttestation"]);

/**
 * Every name whose object was revoked keeps its tombstone, so that only a raised `reissue` issues it again. A name whose object
 * the restore itself ended, or whose object was merely succeeded by one that ended, is free: git issues it under a new id. The
 * other kinds stand as in the live state, and an entry whose record was left out goes with it.
 */
export function mergeInventory(
  { live, backup }: InventorySides,
  fate: (entry: InventoryEntry) => Fate,
): readonly InventoryEntry[] {
  const merged = new Map<string, InventoryEntry>();
  const put = (entry: InventoryEntry): void => void merged.set(keyOf(entry), entry);
  const older = new Map(backup.map((entry) => [keyOf(entry), entry]));
  for (const entry of live) {
    const before = older.get(keyOf(entry)) ?? null;
    for (const kept of SIGNED.has(entry.kind)
      ? signedEntries(entry, before, fate)
      : recordEntries(entry, fate))
      put(kept);
  }
  const known = new Set(live.map(keyOf));
  for (const entry of backup) {
    if (known.has(keyOf(entry)) || merged.has(keyOf(entry))) continue;
    if (!SIGNED.has(entry.kind)) {
      // A key whose name went on must be known for ever; of the rest, git has forgotten the name since.
      if (entry.kind === "OperatorKey" && !entry.live) put(entry);
      continue;
    }
    put(unknownEntry(entry, fate(entry)));
  }
  return [...merged.values()];
}

function recordEntries(
  entry: InventoryEntry,
  fate: (entry: InventoryEntry) => Fate,
): readonly InventoryEntry[] {
  return entry.live && fate(entry) === "ended" ? [] : [entry];
}

/** What becomes of a name that only the backup knows. */
function unknownEntry(entry: InventoryEntry, fate: Fate): InventoryEntry {
  switch (fate) {
    case "stands":
    case "forgotten":
      return entry;
    case "revoked":
      return { ...entry, live: false };
    case "succeeded":
    case "ended":
      // An earlier restore has ended it, or what succeeded it, and left its name free.
      return entry.live ? tombstoneOf(entry) : entry;
  }
}

/** What becomes of one name that the live state knows. */
function signedEntries(
  entry: InventoryEntry,
  before: InventoryEntry | null,
  fate: (entry: InventoryEntry) => Fate,
): readonly InventoryEntry[] {
  const isTombstone = entry.name.includes("#");
  if (fate(entry) === "forgotten") return isTombstone ? [] : [before ?? entry];
  if (isTombstone) return [entry];
  if (before !== null && fate(before) === "forgotten") return [before];
  if (!entry.live || fate(entry) !== "ended") return [entry];
  const tombstones = [tombstoneOf(entry)];
  if (before === null) return tombstones;
  if (!before.live) return [...tombstones, before];
  switch (fate(before)) {
    case "stands":
    case "forgotten":
      return [...tombstones, before];
    case "revoked":
      return [...tombstones, { ...before, live: false }];
    case "succeeded":
    case "ended":
      return [...tombstones, tombstoneOf(before)];
  }
}

/** As `plan/signed-changes.ts` names them. */
function tombstoneOf(entry: InventoryEntry): InventoryEntry {
  return { ...entry, name: `${entry.name}#${entry.objectId}`, live: false };
}

function keyOf({ kind, name }: InventoryEntry): string {
  return `${kind} ${name}`;
}
