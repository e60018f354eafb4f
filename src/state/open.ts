/** Opens a state: for reading without a trace, or for writing as the only writer. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { AppError } from "../errors.js";
import { fromInstant, instantFromMillis, toOffsetForm } from "../protocol/instant.js";
import { Connection } from "./connection.js";
import { createState } from "./create.js";
import { checkPages, inspect } from "./inspect.js";
import { WriterLock } from "./lock.js";
import { migrate, SCHEMA_VERSION } from "./migrations/index.js";
import { checkPlace, existingPath, newPath } from "./place.js";
import { applyPragmas, BUSY_TIMEOUT_MS, CAREFUL, enterWal } from "./pragmas.js";
import { ReadConnection } from "./read-connection.js";
import { FileReader, type StateReader } from "./reader.js";
import { FileWriter, type StateWriter } from "./writer.js";
import { raiseEpoch } from "./writer-epoch.js";

/**
 * Reads the state at `path` while others may write it; never writes.
 * Throws AppError `state_missing`, `state_foreign`, `state_newer`, `state_corrupt`, `state_unreadable`.
 */
export function openState(path: string): StateReader {
  const file = existingPath(path);
  if (file === null) throw new AppError("state_missing", `there is no state at ${path}`);
  return new FileReader(new ReadConnection(file, checkReadable));
}

/**
 * Opens the state at `path` as its only writer, and makes or migrates it when needed. `holder` is what another process that
 * finds the lock taken is told, e.g. "concordat apply".
 * Throws AppError `lock_held`, and those of `openState` but for `state_missing`.
 */
export function openStateForWriting(path: string, holder: string): StateWriter {
  const file = existingPath(path) ?? newPath(path);
  const at = toOffsetForm(fromInstant(instantFromMillis(Date.now())));
  checkPlace(file);
  // Asked before the lock, because nothing is to be put beside another program's file, and again under it.
  if (existsSync(file)) inspectFile(file);
  const lock = WriterLock.acquire(file, holder, at);
  try {
    if (!existsSync(file)) createState(file, at);
    inspectFile(file);
    const { connection, epoch } = connectForWriting(file, holder, at);
    return new FileWriter(connection, lock, epoch);
  } catch (error) {
    lock.release();
    throw error;
  }
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

/** From here on, whoever wrote before writes no more. */
function connectForWriting(
  file: string,
  holder: string,
  at: string,
): { readonly connection: Connection; readonly epoch: number } {
  const connection = new Connection(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    applyPragmas(connection, CAREFUL);
    enterWal(connection);
    checkPages(connection);
    migrate(connection, at);
    return { connection, epoch: raiseEpoch(connection, holder, at) };
  } catch (error) {
    connection.close();
    throw error;
  }
}
