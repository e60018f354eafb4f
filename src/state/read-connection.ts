/** A connection that leaves no trace: not in the file, and not beside it. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { basename } from "node:path";
import { AppError } from "../errors.js";
import { Connection } from "./connection.js";
import { applyPragmas, BUSY_TIMEOUT_MS, CAREFUL } from "./pragmas.js";
import { SameFile } from "./same-file.js";

/** Offsets 18 and 19 of the header, where 2 says WAL and 1 does not (https://sqlite.org/fileformat2.html). */
const WRITE_VERSION = 18;
const READ_VERSION = 19;
const WAL = 2;
const NOT_WAL = 1;

/**
 * SQLite cannot read a file in WAL mode without its -wal and -shm beside it: where they are missing, it makes them and
 * leaves them there. Our writer turns WAL off when it closes, but the reference's tools do not. Their file is read as a
 * copy in memory, which is made again as soon as the file changes.
 */
export class ReadConnection {
  readonly #path: string;
  readonly #check: (connection: Connection) => void;
  #connection: Connection;
  /** The file that the connection is to. */
  #file: SameFile;
  /** What the file looked like when it was copied; null while the connection is to the file itself. */
  #copied: string | null = null;

  /**
   * `check` judges every connection before it is used.
   * Throws AppError `state_missing`, `state_unreadable`, `state_corrupt` for an empty file, and whatever `check` throws.
   */
  constructor(path: string, check: (connection: Connection) => void) {
    this.#path = path;
    this.#check = check;
    this.#file = new SameFile(path);
    this.#connection = this.#connect();
  }

  get(): Connection {
    if (this.#isStale()) {
      const stale = this.#connection;
      this.#connection = this.#connect();
      stale.close();
    }
    return this.#connection;
  }

  /** Another file under the same name is the state from then on: one that was restored, say. */
  #isStale(): boolean {
    if (this.#copied !== null) return this.#copied !== stampOf(this.#path);
    // In the middle of a restore there is none for a moment.
    return !this.#file.isInPlace && existsSync(this.#path);
  }

  /** Another connection to the same file, which its taker closes. Throws as the constructor. */
  apart(): Connection {
    return new ReadConnection(this.#path, this.#check).#connection;
  }

  close(): void {
    this.#connection.close();
  }

  #connect(): Connection {
    const file = new SameFile(this.#path);
    const stamp = stampOf(this.#path);
    const contents = copyOfIdleWal(this.#path);
    // A copy of a file that changed meanwhile may be torn; whoever changed it has put a -wal beside it.
    const isCopy = contents !== null && stampOf(this.#path) === stamp;
    const connection = new Connection(
      this.#path,
      { readonly: true, timeout: BUSY_TIMEOUT_MS },
      isCopy ? contents : undefined,
    );
    try {
      applyPragmas(connection, CAREFUL);
      this.#check(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#file = file;
    this.#copied = isCopy ? stamp : null;
    return connection;
  }
}

/** Differs once the file was written, replaced or opened by a writer. */
function stampOf(path: string): string {
  const name = basename(path);
  const stat = reading(name, () => statSync(path, { bigint: true, throwIfNoEntry: false }));
  if (stat === undefined) throw new AppError("state_missing", `there is no state at ${path}`);
  if (!stat.isFile()) throw new AppError("state_unreadable", `${name} is not a file`);
  if (stat.size === 0n) throw new AppError("state_corrupt", `${name} is empty`);
  return [stat.ino, stat.size, stat.mtimeNs, existsSync(`${path}-wal`)].join();
}

/** The file's bytes, marked as not in WAL mode, when it is in WAL mode and nobody has it open; otherwise null. */
function copyOfIdleWal(path: string): Buffer | null {
  // Closing a file drops every lock that this process holds on it (POSIX), and so would harm another connection of its own.
  // Without a -wal there is none, but for one that is in the middle of a read.
  if (existsSync(`${path}-wal`)) return null;
  const file = reading(basename(path), () => openSync(path, "r"));
  try {
    const header = Buffer.alloc(READ_VERSION + 1);
    readSync(file, header, 0, header.length, 0);
    if (header[READ_VERSION] !== WAL) return null;
    const contents = readFileSync(file);
    contents[WRITE_VERSION] = NOT_WAL;
    contents[READ_VERSION] = NOT_WAL;
    return contents;
  } finally {
    closeSync(file);
  }
}

function reading<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new AppError("state_unreadable", `${name} cannot be read`, { cause });
  }
}
