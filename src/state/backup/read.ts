/** Reads a copy of a state that is at rest and that nobody writes, and believes nothing of it before it was checked. */
import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { AppError } from "../../errors.js";
import type { BackupCounts } from "../../model/backup.js";
import type { AttestationRecord, FeedRecord, TreatyRecord } from "../../model/state.js";
import type { Connection } from "../connection.js";
import { inspect } from "../inspect.js";
import { checkAgainstEscrow } from "../log/check.js";
import { readEscrow, type Escrowed } from "../log/escrow.js";
import { ReadConnection } from "../read-connection.js";
import { FileReader } from "../file-reader.js";
import type { StateReader } from "../reader.js";
import { iterateAsStored } from "../snapshot.js";
import { ATTESTATIONS, FEEDS, TREATIES } from "../tables.js";
import { readEpoch } from "../writer-epoch.js";

/** What SQLite would play back into a file, or read in its place. */
const JOURNALS = ["-wal", "-shm", "-journal"];
/** Offset of the write version in the header: 1 says that there is no WAL (https://sqlite.org/fileformat2.html). */
const WRITE_VERSION = 18;
const MAX_FAULTS = 10;

const COUNTED: Readonly<Record<keyof BackupCounts, string>> = {
  treaties: "recognition_treaties",
  attestations: "membership_attestations",
  operator_keys: "concordat_operator_keys",
  revoked_keys: "revoked_operator_keys",
  sovereigns: "concordat_sovereigns",
  feeds: "sovereign_revocation_feeds",
  imported_revocations: "imported_sovereign_revocations",
  log_entries: "concordat_log_leaves",
};

/** What the log had reached, as its escrow knows. */
export interface Reached {
  readonly escrow: string;
  /** Null: the escrow is empty. */
  readonly escrowed: Escrowed | null;
}

/** To be asked before a copy is made: what is committed meanwhile goes further. Throws as `readEscrow`. */
export function reachedBy(escrow: string): Reached {
  return { escrow, escrowed: readEscrow(escrow) };
}

export interface RestingState {
  readonly reader: StateReader;
  readonly schema: number;
  readonly epoch: number;
  readonly counts: BackupCounts;
  /** Rows as they lie in the file; one list is read at a time. */
  treaties(): Iterable<TreatyRecord>;
  attestations(): Iterable<AttestationRecord>;
  feeds(): Iterable<FeedRecord>;
  close(): void;
}

/**
 * Opens the file at `path` after reading it through: one plain file out of WAL mode without journals beside it, of our
 * application, not newer than we are, its schema word for word ours, every page, index, type and reference in order.
 * Where it is given, the log must go on from `reached`.
 * Throws AppError `state_foreign`, `state_newer`, `state_corrupt`, `state_unreadable`, `log_rolled_back`, `escrow_missing`.
 */
export function openRestingState(path: string, reached: Reached | null): RestingState {
  checkAtRest(path);
  const source = new ReadConnection(path, (connection) => {
    inspect(connection);
    checkRows(connection, "PRAGMA integrity_check(10)", ([message]) => String(message));
    // The table, and the table that lacks the row.
    checkRows(connection, "PRAGMA foreign_key_check", ([table, row, parent]) =>
      [table, row, "names no row of", parent].map(String).join(" "),
    );
    if (reached !== null) checkAgainstEscrow(connection, reached.escrowed, reached.escrow);
  });
  try {
    const connection = source.get();
    return {
      reader: new FileReader(source),
      schema: Number(connection.pragma("user_version")),
      epoch: readEpoch(connection) ?? 0,
      counts: countsOf(connection),
      treaties: () => iterateAsStored(connection, TREATIES),
      attestations: () => iterateAsStored(connection, ATTESTATIONS),
      feeds: () => iterateAsStored(connection, FEEDS),
      close: () => source.close(),
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

function checkAtRest(path: string): void {
  const name = basename(path);
  const beside = JOURNALS.filter((suffix) => existsSync(path + suffix));
  if (beside.length > 0)
    throw new AppError(
      "state_unreadable",
      `${name} has a journal beside it: ${beside.join(", ")}`,
      {
        hint: "move the journals away: they belong to another file of this name",
      },
    );
  if (headerByte(path) === 2)
    throw new AppError(
      "state_foreign",
      `${name} is in WAL mode, so it is no copy that was made whole`,
    );
}

/** Null for a file that is too short to have it. */
function headerByte(path: string): number | null {
  const file = open(path);
  try {
    if (!fstatSync(file).isFile())
      throw new AppError("state_unreadable", `${basename(path)} is not a plain file`);
    const byte = Buffer.alloc(1);
    return readSync(file, byte, 0, 1, WRITE_VERSION) === 1 ? (byte[0] ?? null) : null;
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    // A FIFO would keep us waiting for its writer.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new AppError("state_unreadable", `${path} cannot be opened`, { cause });
  }
}

/** Each row is a fault, but for a single "ok". */
function checkRows(
  connection: Connection,
  check: string,
  toFault: (row: readonly unknown[]) => string,
): void {
  const faults: string[] = [];
  for (const row of connection.iterate(check)) {
    if (row[0] === "ok" && row.length === 1) continue;
    faults.push(toFault(row));
    if (faults.length === MAX_FAULTS) break;
  }
  if (faults.length === 0) return;
  throw new AppError("state_corrupt", `${basename(connection.path)} is damaged: ${faults[0]}`, {
    details: faults,
  });
}

function countsOf(connection: Connection): BackupCounts {
  const count = (table: string): number =>
    Number(connection.value(`SELECT COUNT(*) FROM ${table}`));
  return Object.fromEntries(
    Object.entries(COUNTED).map(([name, table]) => [name, count(table)]),
  ) as Readonly<Record<keyof BackupCounts, number>>;
}
