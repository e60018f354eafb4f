/** An online copy of a state: what stood in it at one moment, whatever is written to it meanwhile. */
import { basename } from "node:path";
import { AppError } from "../../errors.js";
import { isJsonObject } from "../../protocol/json.js";
import { Connection } from "../connection.js";
import { inspect } from "../inspect.js";
import { ReadConnection } from "../read-connection.js";

const OF_COPY = /^SQLITE_(?:FULL|IOERR_(?:WRITE|FSYNC|DIR_FSYNC|TRUNCATE))$/;

/**
 * Writes the state at `path` to the file `output`, which must be there and empty, so that its owner and mode are the caller's
 * choice. SQLite reads one transaction of the state and writes the rows anew: the live file is never read as bytes, nobody is
 * locked out, and what was deleted does not come along. The copy is written then, but it need not be on the disk yet.
 * Throws AppError `state_foreign`, `state_newer`, `state_corrupt`, `state_unreadable`, and `unwritable_file` for a full disk.
 */
export function copyState(path: string, output: string): void {
  const source = new ReadConnection(path, inspect);
  try {
    source.get().writeCopy(output);
  } catch (error) {
    if (!isOfCopy(error)) throw error;
    const hint = "make room for it, or choose another disk";
    throw new AppError("unwritable_file", `${basename(output)} cannot be written`, {
      hint,
      cause: error,
    });
  } finally {
    source.close();
  }
}

/** Bounds what SQLite takes from the memory of this whole process, for one that reads files of others and nothing else. */
export function limitMemory(bytes: number): void {
  const connection = new Connection(":memory:", {});
  connection.pragma(`hard_heap_limit = ${bytes}`);
  connection.close();
}

/** The source is only read, so what cannot be written is the copy. */
function isOfCopy(error: unknown): boolean {
  if (!(error instanceof AppError) || !isJsonObject(error.details)) return false;
  const { sqlite } = error.details;
  return typeof sqlite === "string" && OF_COPY.test(sqlite);
}
