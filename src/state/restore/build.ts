/** Builds the restored state by copying rows into a fresh schema: no page, trigger or setting of a file from elsewhere comes along. */
import { rmSync } from "node:fs";
import type { RestoreChanges, RestoreCounts } from "../../model/restore.js";
import { Connection, type Queries } from "../connection.js";
import { createState } from "../create.js";
import { record } from "../operations/inventory.js";
import { applyPragmas, CAREFUL } from "../pragmas.js";
import { readAll } from "../snapshot.js";
import { INVENTORY } from "../tables.js";
import { beginLog, carryEvents, type CarriedLog } from "./carry-log.js";
import { compareStates, countRows } from "./compare.js";
import { fatesOf } from "./fates.js";
import { mergeInventory } from "./merge-inventory.js";
import type { Merge } from "./merge.js";
import { carryBackupAlone, carryWithLive } from "./rules.js";

export interface BuildOptions extends Pick<Merge, "at" | "forgottenIds" | "forgottenFeeds"> {
  /** Copies of ours, verified, at rest and of our schema; `live` is null where it cannot be read. */
  readonly backup: string;
  readonly live: string | null;
  readonly log: CarriedLog;
  readonly backupDigest: string;
}

export interface Built {
  readonly changes: RestoreChanges;
  readonly counts: RestoreCounts;
  /** Of our own feed once it says what the restored state does; null when none was ever published. */
  readonly feedSequence: number | null;
}

/**
 * Makes the file `target` in one transaction; what an earlier run left there goes. Its events are not written yet, and its
 * epoch and generation are the higher ones of both states. Throws AppError `state_corrupt`, `state_unreadable`.
 */
export function buildRestored(target: string, options: BuildOptions): Built {
  removeFile(target);
  const empty = `${target}.empty`;
  removeFile(empty);
  createState(target, options.at);
  if (options.live === null) createState(empty, options.at);
  const connection = new Connection(target, { fileMustExist: true });
  try {
    applyPragmas(connection, { ...CAREFUL, synchronous: 2 });
    connection.attach(options.backup, "backup");
    connection.attach(options.live ?? empty, "live");
    return connection.immediate((transaction) => fill({ ...options, transaction }, options));
  } finally {
    connection.close();
    removeFile(empty);
  }
}

function fill(merge: Merge, { live, log, at, backupDigest }: BuildOptions): Built {
  const { transaction } = merge;
  const hasLive = live !== null;
  // Triggers count what others write (migrations/002).
  transaction.run("UPDATE main.concordat_meta SET committing = 1");
  carryEvents(merge, log, hasLive);
  if (hasLive) {
    carryWithLive(merge);
    mergeInventories(merge);
  } else carryBackupAlone(merge);
  const generation = highest(transaction, "generation", "concordat_meta");
  transaction.run(
    "INSERT INTO main.concordat_writer (id, epoch, holder, since) VALUES (1, ?, 'concordat restore', ?)",
    highest(transaction, "epoch", "concordat_writer"),
    at,
  );
  transaction.run(
    "INSERT INTO main.concordat_recovery (id, auth_not_before, restored_at, backup_digest) VALUES (1, ?, ?, ?)",
    at,
    at,
    backupDigest,
  );
  transaction.run("UPDATE main.concordat_meta SET committing = 0, generation = ?", generation);
  beginLog(merge, log, generation);
  const changes = compareStates(merge);
  return { changes, counts: countRows(transaction), feedSequence: feedSequence(merge, changes) };
}

/** What the restore itself revokes makes the next feed. */
function feedSequence({ transaction }: Merge, { goes }: RestoreChanges): number | null {
  const last = transaction.value("SELECT MAX(sequence) FROM main.concordat_published_feeds");
  if (typeof last !== "number") return null;
  return goes.some(({ kind }) => kind === "MembershipAttestation") ? last + 1 : last;
}

function mergeInventories(merge: Merge): void {
  const { transaction } = merge;
  const of = (side: string) =>
    readAll(transaction, { ...INVENTORY, name: `${side}.${INVENTORY.name}` });
  const fate = fatesOf(merge);
  for (const entry of mergeInventory({ live: of("live"), backup: of("backup") }, fate))
    record(transaction, entry);
}

function highest(queries: Queries, column: string, table: string): number {
  const select = `SELECT MAX(${column}) FROM (SELECT ${column} FROM live.${table} UNION ALL SELECT ${column} FROM backup.${table})`;
  return Number(queries.value(select) ?? 0);
}

/** With what a killed run may have left beside it. */
function removeFile(path: string): void {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}
