/** A private copy of another program's database: nothing is locked, played back or left beside the original. */
import { createHash } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { AppError } from "../errors.js";
import type { Digest } from "../model/state.js";
import { existingPath } from "./place.js";

/** What belongs to a database that its program has open, or died over. The -shm is an index that SQLite makes anew. */
const PARTS = ["", "-wal", "-journal"] as const;
const ATTEMPTS = 5;
const PAUSE_MS = 200;
const PIECE_BYTES = 1 << 20;

export interface PrivateCopy {
  readonly path: string;
  /** Of the database file alone, as it was copied. */
  readonly digest: Digest;
}

/**
 * Copies the database, with the journals beside it, into a folder of our own, and removes that folder after `use`. A live
 * program may write while it is copied: a copy counts only when every part was the same before and after it.
 * Throws AppError `unreadable_file`, and what `use` throws.
 */
export function withPrivateCopy<T>(path: string, use: (copy: PrivateCopy) => T): T {
  const file = existingPath(path);
  if (file === null) throw new AppError("unreadable_file", `there is no file ${path}`);
  const folder = mkdtempSync(join(tmpdir(), "concordat-copy-"));
  try {
    const copy = join(folder, basename(file));
    copyWhole(file, copy);
    return use({ path: copy, digest: digestOfFile(copy) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyWhole(file: string, copy: string): void {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    for (const part of PARTS) rmSync(copy + part, { force: true });
    const before = stampOf(file);
    try {
      for (const part of PARTS) if (existsSync(file + part)) copyFileSync(file + part, copy + part);
    } catch (cause) {
      // A journal that was there a moment ago: its program is at work.
      if (stampOf(file) === before) throw unreadable(file, cause);
    }
    if (stampOf(file) === before) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  throw new AppError("unreadable_file", `${basename(file)} is being written all the time`, {
    hint: "stop the program that writes it, or give a backup made with its own tools",
  });
}

function stampOf(file: string): string {
  try {
    return PARTS.map((part) => {
      const stat = statSync(file + part, { bigint: true, throwIfNoEntry: false });
      if (part === "" && stat?.isFile() !== true) throw new Error("not a file");
      return stat === undefined ? "none" : [stat.ino, stat.size, stat.mtimeNs].join();
    }).join(" ");
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): AppError {
  return new AppError("unreadable_file", `${file} cannot be read`, { cause });
}

function digestOfFile(path: string): Digest {
  const hash = createHash("sha256");
  const piece = Buffer.alloc(PIECE_BYTES);
  const file = openSync(path, "r");
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece))
      hash.update(piece.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return `sha256:${hash.digest("hex")}`;
}
