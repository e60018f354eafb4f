/** Settings of a connection: set, and then read back, because SQLite and its driver ignore some of them in silence. */
import { AppError } from "../errors.js";
import type { Connection } from "./connection.js";

type Pragmas = Readonly<Record<string, string | number>>;

/** How long a statement waits for another program's lock. */
export const BUSY_TIMEOUT_MS = 5000;

/** A file from elsewhere may be hostile: nothing in its schema is trusted, every page is checked, none is mapped. */
export const CAREFUL: Pragmas = {
  trusted_schema: 0,
  cell_size_check: 1,
  mmap_size: 0,
  foreign_keys: 1,
  busy_timeout: BUSY_TIMEOUT_MS,
};

/** What a writer removes is overwritten with zeros: an erased value must not be found in the file. */
export const ERASING: Pragmas = { secure_delete: 1 };

/**
 * FULL (2) syncs every commit. It comes after WAL: the driver falls back to NORMAL when a file turns to WAL, and a power cut
 * could then take acknowledged changes away.
 */
const DURABLE: Pragmas = { journal_mode: "wal", synchronous: 2 };

/** Sets `pragmas` in order and checks each. Throws AppError `state_unreadable` for one that does not take. */
export function applyPragmas(connection: Connection, pragmas: Pragmas): void {
  for (const [name, value] of Object.entries(pragmas)) {
    connection.pragma(`${name} = ${value}`);
    checkPragma(connection, name, value);
  }
}

/** Turns WAL on and makes every commit durable. Throws as `applyPragmas`. */
export function enterWal(connection: Connection): void {
  // Changing between WAL and not is a write to the header, for which SQLite keeps a rollback journal. In a file, a kill
  // would leave that journal to be played back, which a reader cannot do. In memory is safe, for what changes lies in
  // the first 100 bytes, and a sector is written whole or not at all.
  if (connection.pragma("journal_mode") !== "wal") connection.pragma("journal_mode = MEMORY");
  applyPragmas(connection, DURABLE);
}

/**
 * Turns WAL off, so that a file at rest is one file that can be read without -wal and -shm.
 * Throws AppError `lock_held` while anyone else has it open.
 */
export function leaveWal(connection: Connection): void {
  connection.pragma("busy_timeout = 0");
  connection.pragma("journal_mode = MEMORY");
}

/** Throws AppError `state_unreadable` unless commits still reach the disk before they are acknowledged. */
export function checkDurable(connection: Connection): void {
  for (const [name, value] of Object.entries(DURABLE)) checkPragma(connection, name, value);
}

function checkPragma(connection: Connection, name: string, value: string | number): void {
  const inForce = connection.pragma(name);
  if (inForce === value) return;
  // A database in memory has nothing to map, and says nothing.
  if (name === "mmap_size" && inForce === undefined) return;
  throw new AppError(
    "state_unreadable",
    `SQLite does not work as the state needs: ${name} is ${String(inForce)}, not ${value}`,
  );
}
