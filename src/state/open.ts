/** Opens a state: for reading without a trace, or for writing as the only writer. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppError } from "../errors.js";
import type { LogOptions } from "../model/log.js";
import { fromInstant, instantFromMillis, toOffsetForm } from "../protocol/instant.js";
import { Connection } from "./connection.js";
import { createState } from "./create.js";
import { checkPages, inspect } from "./inspect.js";
import { WriterLock } from "./lock.js";
import { checkAgainstEscrow, checkLog } from "./log/check.js";
import { escrowBeside, readEscrow, type Escrowed } from "./log/escrow.js";
import { prepareEscrow, setEscrowAside } from "./log/escrow-file.js";
import { LOG_SCHEMA, migrate, SCHEMA_VERSION } from "./migrations/index.js";
import { checkPlace, checkPrivate, existingPath, newPath } from "./place.js";
import { applyPragmas, BUSY_TIMEOUT_MS, CAREFUL, enterWal, ERASING } from "./pragmas.js";
import { ReadConnection } from "./read-connection.js";
import { FileReader } from "./file-reader.js";
import type { StateReader } from "./reader.js";
import { isRestorePending } from "./restore/pending.js";
import { settleRestore } from "./restore/settle.js";
import { FileWriter, type StateWriter } from "./writer.js";
import { raiseEpoch } from "./writer-epoch.js";

/**
 * Reads the state at `path` while others may write it; never writes.
 * Throws AppError `state_missing`, `state_foreign`, `state_newer`, `state_corrupt`, `state_unreadable`.
 */
export function openState(path: string): StateReader {
  const file = existingPath(path);
  if (file === null) throw missing(path);
  return new FileReader(new ReadConnection(file, checkReadable));
}

/**
 * As `openState`, for serving to others: the log must be whole, and go on from the newest checkpoint in the file `escrow`.
 * Throws those of the log too that `openStateForWriting` throws.
 */
export function openStateForServing(path: string, escrow: string): StateReader {
  const reader = openState(path);
  try {
    // The escrow first: a writer may add to both in between.
    const escrowed = readEscrow(escrow);
    new ReadConnection(path, (connection) => checkLogOf(connection, escrowed, escrow)).close();
    return reader;
  } catch (error) {
    reader.close();
    throw error;
  }
}

/**
 * Opens the state at `path` as its only writer, and makes or migrates it when needed. `holder` is what another process that
 * finds the lock taken is told, e.g. "concordat apply". Without `log` nothing is signed, and the escrow stands beside the state.
 * A restore that was killed is ended first: finished, or taken back.
 * Throws AppError `lock_held`, `log_broken`, `log_rolled_back`, `escrow_missing`, `escrow_damaged`, `escrow_unusable`, and
 * those of `openState` but for `state_missing`.
 */
export function openStateForWriting(path: string, holder: string, log?: LogOptions): StateWriter {
  const file = existingPath(path) ?? newPath(path);
  const options = log ?? { signer: () => null, escrow: escrowBeside(file), random: randomBytes };
  return underLock(file, holder, (lock, at) => {
    const { escrow } = options;
    const escrowed = readEscrow(escrow);
    if (!existsSync(file)) {
      if (escrowed !== null) throw lostLog(`there is no state at ${file}`, escrow, escrowed);
      createState(file, at);
    }
    examine(file, (connection) => checkLogOf(connection, escrowed, escrow));
    prepareEscrow(escrow);
    return settled(connectForWriting({ file, holder, at, lock, options, escrowed }));
  });
}

/**
 * Opens a state whose escrow is missing or damaged, for whoever answers for that: what stands there is put aside, and the first
 * event that is written begins another. The caller writes one that says so.
 * Throws AppError `escrow_intact` when nothing is wrong with it, `log_rolled_back`, which only a restore can heal, and those of
 * `openStateForWriting`.
 */
export function openStateAcceptingEscrow(
  path: string,
  holder: string,
  options: LogOptions,
): StateWriter {
  const file = existingPath(path);
  if (file === null) throw new AppError("state_missing", `there is no state at ${path}`);
  return underLock(file, holder, (lock, at) => {
    const { escrow } = options;
    const found = readUnlessDamaged(escrow);
    examine(file, (connection) => {
      checkLogOf(connection, found, escrow, true);
      if (found !== null) throw new AppError("escrow_intact", `the log goes on from ${escrow}`);
    });
    setEscrowAside(escrow, at);
    return connectForWriting({ file, holder, at, lock, options, escrowed: null });
  });
}

function underLock(
  file: string,
  holder: string,
  open: (lock: WriterLock, at: string) => StateWriter,
): StateWriter {
  const at = toOffsetForm(fromInstant(instantFromMillis(Date.now())));
  checkPlace(file);
  // Asked before the lock, because nothing is to be put beside another program's file, and again under it.
  if (existsSync(file) && !isRestorePending(file)) inspectFile(file);
  const lock = WriterLock.acquire(file, holder, at);
  try {
    settleRestore(file);
    checkPrivate(file);
    return open(lock, at);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Still without a trace: a state that is refused stays as it is. */
function examine(file: string, checkItsLog: (connection: Connection) => void): void {
  new ReadConnection(file, (connection) => {
    inspect(connection);
    checkPages(connection);
    checkItsLog(connection);
  }).close();
}

function settled(writer: StateWriter): StateWriter {
  try {
    writer.settleLog();
    return writer;
  } catch (error) {
    writer.close();
    throw error;
  }
}

function readUnlessDamaged(escrow: string): Escrowed | null {
  try {
    return readEscrow(escrow);
  } catch (error) {
    if (error instanceof AppError && error.code === "escrow_damaged") return null;
    throw error;
  }
}

function checkLogOf(
  connection: Connection,
  escrowed: Escrowed | null,
  escrow: string,
  mayBeMissing = false,
): void {
  if (Number(connection.pragma("user_version")) >= LOG_SCHEMA) {
    checkLog(connection);
    if (escrowed !== null || !mayBeMissing) checkAgainstEscrow(connection, escrowed, escrow);
  } else if (escrowed !== null) {
    throw lostLog(`${basename(connection.path)} is of a Concordat without a log`, escrow, escrowed);
  }
}

/** A state that was lost is restored, and not begun again in silence: with it, every revocation would be forgotten. */
function lostLog(what: string, escrow: string, { origin, size }: Escrowed): AppError {
  return new AppError("log_rolled_back", `${what}, and ${escrow} knows of ${size} log entries`, {
    details: { escrow, origin, escrowed_size: size, size: 0 },
    hint: "restore it with concordat restore, never by copying; for another authority, name another logEscrow",
  });
}

/** What a missing file stands for: no rows, generation 0, and the digest of a state just made. */
export function emptyState(): StateReader {
  const connection = emptyConnection();
  return new FileReader({
    get: () => connection,
    apart: emptyConnection,
    close: () => connection.close(),
  });
}

function emptyConnection(): Connection {
  const connection = new Connection(":memory:", {});
  migrate(connection, "");
  return connection;
}

function missing(path: string): AppError {
  // A reader makes no folder.
  const folder = existingPath(dirname(path));
  return folder !== null && isRestorePending(join(folder, basename(path)))
    ? new AppError("restore_pending", `${basename(path)} is being restored`)
    : new AppError("state_missing", `there is no state at ${path}`);
}

function checkReadable(connection: Connection): void {
  inspect(connection);
  if (connection.pragma("user_version") === SCHEMA_VERSION) return;
  throw new AppError(
    "state_unreadable",
    `${basename(connection.path)} was made by an older Concordat`,
    {
      hint: "run concordat apply once: it brings the state up to date",
    },
  );
}

/** Without a trace, for opening another program's file to write could already play back its journal. */
function inspectFile(file: string): void {
  new ReadConnection(file, inspect).close();
}

interface ToConnect {
  readonly file: string;
  readonly holder: string;
  readonly at: string;
  readonly lock: WriterLock;
  readonly options: LogOptions;
  readonly escrowed: Escrowed | null;
}

/** From here on, whoever wrote before writes no more. */
function connectForWriting({ file, holder, at, lock, options, escrowed }: ToConnect): StateWriter {
  const connection = new Connection(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    applyPragmas(connection, { ...CAREFUL, ...ERASING });
    enterWal(connection);
    migrate(connection, at);
    const epoch = raiseEpoch(connection, holder, at);
    return new FileWriter(connection, lock, {
      epoch,
      log: options,
      escrowed: escrowed?.size ?? 0,
    });
  } catch (error) {
    connection.close();
    throw error;
  }
}
