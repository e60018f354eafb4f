/** Reads the files of a folder as if they were a commit: for checking what is not committed yet, with or without git. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.js";
import type { TreeFile } from "./tree.js";

export interface Worktree {
  /** In order of their paths. */
  readonly files: readonly TreeFile[];
  /** The bytes of a file by its blob id; empty for one over `fileBytes`. */
  readonly read: (blob: string) => Uint8Array;
}

/** Soon beyond these nothing more is collected or read: whoever checks the tree refuses it by count and size. */
export interface WorktreeLimits {
  readonly files: number;
  readonly fileBytes: number;
}

/**
 * Every file below `dir`, without `.git` and the other folders whose names begin with a dot. Links are not followed: a
 * link is a file that holds its target, as in git. Throws AppError `unreadable_file`.
 */
export function readWorktree(dir: string, limits: WorktreeLimits): Worktree {
  const contents = new Map<string, Uint8Array>();
  const files: TreeFile[] = [];
  const folders = [""];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of entriesOf(join(dir, folder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!entry.name.startsWith(".")) folders.push(path);
      } else {
        files.push(fileAt(dir, path, limits, contents));
      }
      if (files.length > limits.files) folders.length = 0;
    }
  }
  return {
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    read: (blob) => contents.get(blob) ?? new Uint8Array(),
  };
}

function fileAt(
  dir: string,
  path: string,
  limits: WorktreeLimits,
  contents: Map<string, Uint8Array>,
): TreeFile {
  const full = join(dir, path);
  return guard(full, () => {
    const stat = lstatSync(full);
    const bytes = stat.isSymbolicLink()
      ? Buffer.from(readlinkSync(full))
      : stat.isFile() && stat.size <= limits.fileBytes
        ? readFileSync(full)
        : new Uint8Array();
    // A device or a socket is no more a resource than a link is, and nothing of it is read.
    const mode = stat.isFile() ? ((stat.mode & 0o100) === 0 ? "100644" : "100755") : "120000";
    const blob = createHash("sha1").update(`blob ${stat.size}\0`).update(bytes).digest("hex");
    contents.set(blob, bytes);
    return { path, mode, blob, size: stat.size };
  });
}

function entriesOf(folder: string) {
  return guard(folder, () => readdirSync(folder, { withFileTypes: true }));
}

function guard<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
    throw new AppError("unreadable_file", `${path} cannot be read${reason}`, { cause });
  }
}
