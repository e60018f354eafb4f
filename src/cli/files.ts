/** Reads the files that a command is given, and writes the ones it makes. */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { AppError } from "../errors.js";
import type { JsonValue } from "../model/json.js";
import { parseJson } from "../protocol/json.js";
import { readSome } from "./read-some.js";

/** No document of the protocol, no plan and no bundle is near this size. */
const MAX_BYTES = 256 * 1024 * 1024;
const HEAD_BYTES = 16;
const CHUNK_BYTES = 65_536;

/** The bytes of a file; `-` is the standard input. Throws AppError `unreadable_file`. */
export function readInput(path: string): Uint8Array {
  try {
    const bytes = path === "-" ? readStandardInput() : readFileSync(path);
    if (bytes.length > MAX_BYTES)
      throw new AppError("unreadable_file", `${path} is larger than ${MAX_BYTES} bytes`);
    return bytes;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("unreadable_file", `${path} cannot be read${reasonOf(cause)}`, { cause });
  }
}

/** To its end, or to where it is more than is allowed. */
function readStandardInput(): Buffer {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let size = 0;
  while (size <= MAX_BYTES) {
    const length = readSome(0, chunk);
    if (length === 0) break;
    chunks.push(Buffer.from(chunk.subarray(0, length)));
    size += length;
  }
  return Buffer.concat(chunks);
}

/** A file as JSON. Throws AppError `unreadable_file`, and the codes of `parseJson` with the path in front. */
export function readJson(path: string): JsonValue {
  return parseJsonOf(path, readInput(path));
}

/** The bytes of the file at `path` as JSON. Throws the codes of `parseJson` with the path in front. */
export function parseJsonOf(path: string, bytes: Uint8Array): JsonValue {
  try {
    return parseJson(bytes);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError(cause.code, `${path}: ${cause.message}`, {
      hint: cause.hint,
      details: cause.details,
      cause,
    });
  }
}

/** Writes a whole file. `exclusive` refuses one that is there. Throws AppError `file_exists`, `unwritable_file`. */
export function writeOutput(path: string, text: string | Uint8Array, exclusive: boolean): void {
  try {
    writeFileSync(path, text, { flag: exclusive ? "wx" : "w" });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") {
      throw new AppError("file_exists", `${path} exists already`, { cause });
    }
    throw new AppError("unwritable_file", `${path} cannot be written${reasonOf(cause)}`, { cause });
  }
}

/**
 * Throws AppError `file_exists` unless nothing is at `path`, or `isOurs` finds that the file may be replaced. An empty file, a
 * device or a pipe is written to and loses nothing. Throws `unwritable_file` when the file cannot be looked at.
 */
export function assertReplaceable(path: string, isOurs: (path: string) => boolean): void {
  const stat = attempt(path, () => statSync(path, { throwIfNoEntry: false }));
  if (stat === undefined || (!stat.isFile() && !stat.isDirectory())) return;
  if (stat.isFile() && (stat.size === 0 || isOurs(path))) return;
  throw new AppError(
    "file_exists",
    `${path} exists already, and it is no file that this command has written`,
  );
}

/** The first bytes of a file, however large it is. Throws AppError `unwritable_file`. */
export function headOf(path: string): string {
  return attempt(path, () => {
    const file = openSync(path, "r");
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      return head.toString("latin1", 0, readSync(file, head));
    } finally {
      closeSync(file);
    }
  });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
}

/** Makes a folder and those above it, where they are not there. Throws AppError `unwritable_file`. */
export function makeFolder(path: string): void {
  attempt(path, () => mkdirSync(path, { recursive: true }));
}

/**
 * Writes a text that comes in pieces, so that it need not fit into memory, and returns how many came. A file appears whole or
 * not at all; `-` is the standard output. Throws AppError `unwritable_file`, and what making a piece throws.
 */
export function writePieces(path: string, pieces: Iterable<string>): number {
  if (path === "-") return eachPiece(pieces, (piece) => process.stdout.write(piece));
  // A device or a pipe must be written to, not replaced.
  const isSpecial =
    attempt(path, () => statSync(path, { throwIfNoEntry: false })?.isFile()) === false;
  const partial = isSpecial ? path : `${path}.partial`;
  const file = attempt(path, () => openSync(partial, "w"));
  try {
    const count = eachPiece(pieces, (piece) => attempt(path, () => writeSync(file, piece)));
    if (!isSpecial) attempt(path, () => renameSync(partial, path));
    return count;
  } catch (error) {
    if (!isSpecial) rmSync(partial, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

function eachPiece(pieces: Iterable<string>, write: (piece: string) => unknown): number {
  let count = 0;
  for (const piece of pieces) {
    write(piece);
    count += 1;
  }
  return count;
}

function attempt<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    throw new AppError("unwritable_file", `${path} cannot be written${reasonOf(cause)}`, { cause });
  }
}
