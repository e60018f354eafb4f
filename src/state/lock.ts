/** One writer at a time: a lock that dies with its process, and a note that names its holder. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename } from "node:path";
import { AppError } from "../errors.js";
import type { JsonInteger } from "../model/json.js";
import { canonicalJson } from "../protocol/canonical.js";
import { Fields } from "../protocol/document-fields.js";
import { parseJson } from "../protocol/json.js";
import { Connection } from "./connection.js";

interface Holder {
  readonly pid: JsonInteger;
  readonly command: string;
  readonly host: string;
  readonly since: string;
}

/**
 * `<state>.lock` is an empty SQLite file, held by an exclusive transaction for the writer's life: the kernel frees it when the
 * process ends, however it ends. Nothing here touches it through `fs`, for closing it would drop the lock (POSIX).
 * `<state>.holder` is a note for people and proves nothing.
 */
export class WriterLock {
  readonly #lock: Connection;
  readonly #note: string;
  readonly #text: string;

  private constructor(lock: Connection, note: string, text: string) {
    this.#lock = lock;
    this.#note = note;
    this.#text = text;
  }

  /**
   * Takes the lock of the state at `path`, never waiting. `command` and `since` (`+00:00` form) are told to whoever comes
   * second. Throws AppError `lock_held` naming the holder, or `state_unreadable`.
   */
  static acquire(path: string, command: string, since: string): WriterLock {
    const note = `${path}.holder`;
    const lock = new Connection(`${path}.lock`, { timeout: 0 });
    try {
      lock.hold();
    } catch (error) {
      lock.close();
      throw error instanceof AppError && error.code === "lock_held"
        ? heldError(path, note, error)
        : error;
    }
    const holder: Holder = { pid: process.pid, command, host: hostname(), since };
    const text = `${canonicalJson({ ...holder })}\n`;
    const self = new WriterLock(lock, note, text);
    try {
      // Renamed into place, so that nobody reads half of it.
      const draft = `${note}.new`;
      // Made anew: what stands there may be a link to another file.
      rmSync(draft, { force: true });
      writeFileSync(draft, text, { flag: "wx", mode: 0o600 });
      renameSync(draft, note);
    } catch (cause) {
      self.release();
      throw new AppError("state_unreadable", `${basename(note)} cannot be written`, { cause });
    }
    return self;
  }

  release(): void {
    // The note goes first: after the lock it could be the next holder's. It is so already where the lock was taken away.
    if (textOf(this.#note) === this.#text) rmSync(this.#note, { force: true });
    this.#lock.close();
  }
}

/** Null when there is none. */
function textOf(note: string): string | null {
  try {
    return readFileSync(note, "utf8");
  } catch {
    return null;
  }
}

function heldError(path: string, note: string, cause: AppError): AppError {
  const holder = readHolder(note);
  const { command, pid, host, since } = holder ?? {};
  const who =
    holder === null ? "another process" : `${command} (process ${pid} on ${host}, since ${since})`;
  return new AppError("lock_held", `${who} is writing ${basename(path)}`, {
    cause,
    details: holder === null ? null : { ...holder },
  });
}

/** Null when there is no readable note: its writer may just have died, or just have come. */
function readHolder(note: string): Holder | null {
  try {
    const fields = new Fields(parseJson(readFileSync(note)));
    return {
      pid: fields.count("pid"),
      command: fields.text("command"),
      host: fields.text("host"),
      since: fields.text("since"),
    };
  } catch {
    return null;
  }
}
