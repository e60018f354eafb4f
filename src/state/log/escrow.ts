/** Reads the escrow: the newest checkpoints of the log, in a file outside of the state that no backup holds and no restore touches. */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { AppError } from "../../errors.js";
import { parseJson, isJsonObject } from "../../protocol/json.js";
import { verifyCheckpoint } from "../../protocol/log/checkpoint.js";
import { existingPath } from "../place.js";

/** The newest checkpoint that was put in escrow. */
export interface Escrowed {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  readonly origin: string;
  /** The signed note. */
  readonly checkpoint: string;
  /** Of the key that signed it. */
  readonly vkey: string;
}

/** A larger file is rewritten to its newest line, so that every line can be verified whenever it is read. */
export const COMPACT_BYTES = 65_536;
/** A line is some hundred bytes; whatever is as large as this is no file of ours. */
const MAX_BYTES = 16 * COMPACT_BYTES;

const NEWLINE = 0x0a;
const FIELDS = ["checkpoint", "vkey"];
/** A program's file, or one that others may write. */
const NOT_OURS = 0o133;

/** Where the escrow of the state at `path` stands when no setting says otherwise: beside the real file, like its lock. */
export function escrowBeside(path: string): string {
  return `${existingPath(path) ?? path}.escrow`;
}

/**
 * How many bytes of an escrow were written whole. A crash leaves the last line cut short, or zeros where its beginning or a
 * part of it did not reach the disk: one zero elsewhere may be a flipped bit, and is no trace of a crash.
 */
export function wholeLength(bytes: Buffer): number {
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  const start = end < 2 ? 0 : bytes.lastIndexOf(NEWLINE, end - 2) + 1;
  const last = bytes.subarray(start, end);
  return last[0] === 0 || last.includes("\0\0") ? start : end;
}

/**
 * The newest checkpoint in the escrow at `path`; null when there is no file, or no whole line in it. A last line that is not
 * whole is the trace of a crash, and what was put there before it counts.
 * Throws AppError `escrow_damaged` for any other line that is not a checkpoint, and `escrow_unusable`.
 */
export function readEscrow(path: string): Escrowed | null {
  const bytes = bytesOf(path);
  if (bytes === null) return null;
  const whole = bytes.subarray(0, wholeLength(bytes)).toString("utf8");
  let newest: Escrowed | null = null;
  for (const [index, line] of whole.split("\n").slice(0, -1).entries()) {
    const next = parseLine(line);
    if (next === null || (newest !== null && !mayFollow(newest, next))) {
      throw new AppError("escrow_damaged", `line ${index + 1} of ${path} is not as it was written`);
    }
    newest = next;
  }
  return newest;
}

/** Throws AppError `escrow_unusable` unless `stat` is of a plain file of this user that nobody else may write. */
export function checkEscrowFile(path: string, stat: Stats): void {
  if (!stat.isFile()) throw new AppError("escrow_unusable", `${path} is not a plain file`);
  if (process.platform === "win32") return;
  if (stat.uid !== process.geteuid?.())
    throw new AppError("escrow_unusable", `${path} belongs to another user`);
  if ((stat.mode & NOT_OURS) === 0) return;
  const octal = (stat.mode & 0o777).toString(8).padStart(4, "0");
  throw new AppError("escrow_unusable", `${path} has mode ${octal}`, {
    hint: `chmod 600 ${path}`,
  });
}

function bytesOf(path: string): Buffer | null {
  // Without O_NONBLOCK a FIFO would keep us waiting for its writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let file: number;
  try {
    file = openSync(path, flags);
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw new AppError("escrow_unusable", `${path} cannot be opened`, { cause });
  }
  try {
    const stat = fstatSync(file);
    checkEscrowFile(path, stat);
    if (stat.size > MAX_BYTES)
      throw new AppError("escrow_damaged", `${path} is larger than any escrow of ours`);
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("escrow_unusable", `${path} cannot be read`, { cause });
  } finally {
    closeSync(file);
  }
}

/** Two roots of one size are two histories, even when both are signed. */
function mayFollow(newest: Escrowed, { origin, size, root }: Escrowed): boolean {
  if (origin !== newest.origin || size < newest.size) return false;
  return size > newest.size || Buffer.compare(root, newest.root) === 0;
}

function parseLine(line: string): Escrowed | null {
  try {
    const value = parseJson(line);
    if (!isJsonObject(value) || Object.keys(value).join() !== FIELDS.join()) return null;
    const { checkpoint, vkey } = value;
    if (typeof checkpoint !== "string" || typeof vkey !== "string") return null;
    const { origin, size, root } = verifyCheckpoint(checkpoint, vkey);
    return { origin, size, root, checkpoint, vkey };
  } catch {
    return null;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
