/** Files of a backup folder: made anew and private, read without following links, and on the disk before they are relied on. */
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
} from "node:fs";
import { AppError } from "../errors.js";

/** Only its owner reads it: it holds the audit log, and what the log's commitments hide. */
const MODE = 0o600;
const PIECE_BYTES = 1 << 20;
/** A FIFO would keep us waiting for its writer. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Makes a file that nobody else may read, with `text` in it. Throws AppError `unwritable_file`, also when it is there already. */
export function makePrivateFile(path: string, text = ""): void {
  attempt(path, () => {
    const file = openSync(path, NEW, MODE);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
}

/** Ends once the bytes of the file are on the disk. Throws AppError `unwritable_file`. */
export function syncFile(path: string): void {
  sync(path, constants.O_RDWR | constants.O_NOFOLLOW);
}

/** A new name is on the disk only once its folder is. Throws AppError `unwritable_file`. */
export function syncFolder(path: string): void {
  // Windows cannot open a folder, and needs no such call.
  if (process.platform !== "win32") sync(path, constants.O_RDONLY);
}

/** Size and SHA-256 of a file of any size. Throws AppError `unreadable_file` for what is no plain file. */
export function digestOfFile(path: string): { readonly bytes: number; readonly sha256: string } {
  const file = openForReading(path);
  try {
    const hash = createHash("sha256");
    const piece = Buffer.alloc(PIECE_BYTES);
    let bytes = 0;
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      hash.update(piece.subarray(0, read));
      bytes += read;
    }
    return { bytes, sha256: hash.digest("hex") };
  } catch (cause) {
    throw new AppError("unreadable_file", `${path} cannot be read`, { cause });
  } finally {
    closeSync(file);
  }
}

/** The bytes of a small file; null when it is none, or not readable, or larger than `limit`. */
export function readSmall(path: string, limit: number): Buffer | null {
  let file: number;
  try {
    file = openForReading(path);
  } catch {
    return null;
  }
  try {
    return fstatSync(file).size > limit ? null : readFileSync(file);
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

function openForReading(path: string): number {
  let file: number;
  try {
    file = openSync(path, READ);
  } catch (cause) {
    throw new AppError("unreadable_file", `${path} cannot be opened`, { cause });
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new AppError("unreadable_file", `${path} is not a plain file`);
}

function sync(path: string, flags: number): void {
  attempt(path, () => {
    const file = openSync(path, flags);
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
}

function attempt(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new AppError("unwritable_file", `${path} cannot be written`, { cause });
  }
}
