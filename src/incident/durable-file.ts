/** Files that outlive a crash: written whole under another name and renamed, or appended to line by line. */
import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { AppError } from "../errors.js";
import type { JsonObject } from "../model/json.js";
import { canonicalJson } from "../protocol/canonical.js";
import { isJsonObject, parseJson } from "../protocol/json.js";

/** Only its owner reads an incident: it says who trusts whom, and what went wrong. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const LINE_END = 0x0a;

/** Makes a folder and those above it, where they are not there. Throws AppError `unwritable_file`. */
export function makePrivateFolder(path: string): void {
  attempt(path, () => void mkdirSync(path, { recursive: true, mode: FOLDER_MODE }));
}

/** Throws AppError `unwritable_file`. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  attempt(path, () => {
    const partial = `${path}.partial`;
    const fd = openSync(partial, "w", FILE_MODE);
    try {
      writeFileSync(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(partial, path);
    syncFolder(dirname(path));
  });
}

/**
 * Appends one line of canonical JSON. A last line without its end is what a crash has left, and goes.
 * Throws AppError `unwritable_file`.
 */
export function appendLine(path: string, value: JsonObject): void {
  attempt(path, () => {
    const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
    const fd = openSync(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, FILE_MODE);
    try {
      ftruncateSync(fd, wholeLines(readFileSync(fd)).length);
      writeFileSync(fd, `${canonicalJson(value)}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    syncFolder(dirname(path));
  });
}

/** The lines of such a file; a file that is not there has none. Throws AppError `bad_incident` for a line that is no object. */
export function readLines(path: string): readonly JsonObject[] {
  return wholeLines(readOrEmpty(path))
    .toString()
    .split("\n")
    .slice(0, -1)
    .map((line, index) => {
      const value = attemptParse(line);
      if (value === null)
        throw new AppError("bad_incident", `${path}: line ${index + 1} is no JSON object`);
      return value;
    });
}

function wholeLines(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf(LINE_END) + 1);
}

function readOrEmpty(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT")
      return Buffer.alloc(0);
    throw new AppError("unreadable_file", `${path} cannot be read`, { cause });
  }
}

function attemptParse(line: string): JsonObject | null {
  try {
    const value = parseJson(line);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function syncFolder(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function attempt(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
    throw new AppError("unwritable_file", `${path} cannot be written${why}`, {
      cause,
      hint: "check its permissions and the free space, or keep the incident elsewhere: --incident DIR",
    });
  }
}
