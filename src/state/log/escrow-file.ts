/** Writes the escrow: a checkpoint counts as kept once its line is on the disk. */
import {
  accessSync,
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { AppError } from "../../errors.js";
import { canonicalJson } from "../../protocol/canonical.js";
import { checkEscrowFile, COMPACT_BYTES, wholeLength, type Escrowed } from "./escrow.js";

const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const MODE = 0o600;

export type EscrowLine = Pick<Escrowed, "checkpoint" | "vkey">;

/**
 * Puts `line` behind the others at `path`, and gives once it is on the disk. What a crash left unfinished there goes before:
 * a line behind it would be none. `first`: the file is made when it is missing.
 * Throws AppError `escrow_unusable` for whatever keeps it from getting there.
 */
export function appendToEscrow(path: string, line: EscrowLine, first: boolean): void {
  guarded(path, () => {
    const file = openToAppend(path, first);
    if (file === null) return replaceEscrow(path, line);
    try {
      const stat = fstatSync(file);
      checkEscrowFile(path, stat);
      if (stat.size >= COMPACT_BYTES) return replaceEscrow(path, line);
      cutUnfinished(file);
      writeAll(file, line);
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
  });
}

/** Makes the escrow anew, with this line alone: whole, or not at all. Throws AppError `escrow_unusable`. */
export function replaceEscrow(path: string, line: EscrowLine): void {
  guarded(path, () => {
    const draft = `${path}.new`;
    rmSync(draft, { force: true });
    const file = openSync(draft, CREATE, MODE);
    try {
      writeAll(file, line);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
    syncFolder(path);
  });
}

/** Keeps what stands at `path`, if anything, as evidence beside it. Throws AppError `escrow_unusable`. */
export function setEscrowAside(path: string, at: string): void {
  guarded(path, () => {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
    renameSync(path, `${path}.until-${at.slice(0, 19).replaceAll(":", "")}`);
    syncFolder(path);
  });
}

/**
 * Makes sure that a line can be put there, and cuts off a last one that a crash left unfinished. Throws AppError
 * `escrow_unusable`.
 */
export function prepareEscrow(path: string): void {
  guarded(path, () => {
    const file = openToAppend(path, true);
    if (file === null) return accessSync(dirname(path), constants.W_OK | constants.X_OK);
    try {
      checkEscrowFile(path, fstatSync(file));
      cutUnfinished(file);
    } finally {
      closeSync(file);
    }
  });
}

function cutUnfinished(file: number): void {
  const bytes = readFileSync(file);
  const whole = wholeLength(bytes);
  if (whole === bytes.length) return;
  ftruncateSync(file, whole);
  fdatasyncSync(file);
}

/** Null for a file that is missing, and may be. */
function openToAppend(path: string, mayBeMissing: boolean): number | null {
  try {
    return openSync(path, APPEND);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing && mayBeMissing) return null;
    throw error;
  }
}

function writeAll(file: number, { checkpoint, vkey }: EscrowLine): void {
  const bytes = Buffer.from(`${canonicalJson({ checkpoint, vkey })}\n`);
  // A disk that fills up takes a part, and refuses the rest.
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

/** A rename is on the disk only once its folder is. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function guarded(path: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("escrow_unusable", `${path} cannot be written: ${reason}`, { cause });
  }
}
