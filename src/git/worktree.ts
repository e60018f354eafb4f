/** Reads the files of a folder as if they were a commit: for checking what is not committed yet, with or without git. */
import { createHash } from "node:crypto";
import { lstatSync, type Stats, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.js";
import { discover } from "./discover.js";
import { git } from "./run-git.js";
import { decodeStrictly, type TreeFile } from "./tree.js";

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
 * What `git add --all` would make of `dir` when it is the top of a work tree: ignored files are left out, tracked ones
 * are not, wherever they lie. Any other folder, and one that git cannot tell us about, as `readWorktree` has it. Throws
 * AppError `unreadable_file`, `git_failed`, and `bad_tree` for a name that is not UTF-8.
 */
export async function readCheckout(dir: string, limits: WorktreeLimits): Promise<Worktree> {
  const paths = await committable(dir);
  return paths === null ? readWorktree(dir, limits) : collect(dir, paths, limits);
}

/**
 * Every file below `dir`, without `.git` and the other folders whose names begin with a dot. Links are not followed: a
 * link is a file that holds its target, as in git. Throws AppError `unreadable_file`.
 */
export function readWorktree(dir: string, limits: WorktreeLimits): Worktree {
  return collect(dir, walk(dir), limits);
}

/** Null when `dir` is no top of a work tree, or git is not there to say so. */
async function committable(dir: string): Promise<readonly string[] | null> {
  const place = await discover(dir).catch((error: unknown) => {
    if (error instanceof AppError) return null;
    throw error;
  });
  if (place === null || place.bare) return null;
  const listing = await git(place.dir, [
    `--git-dir=${place.gitDir}`,
    `--work-tree=${place.dir}`,
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
  ]);
  // A repository inside ends in a slash. A path in conflict comes once for each side.
  const paths = decodeStrictly(listing).split("\0").slice(0, -1);
  return [...new Set(paths.map((path) => path.replace(/\/$/, "")))];
}

function* walk(dir: string): Generator<string> {
  const folders = [""];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of entriesOf(join(dir, folder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) yield path;
      else if (!entry.name.startsWith(".")) folders.push(path);
    }
  }
}

function collect(dir: string, paths: Iterable<string>, limits: WorktreeLimits): Worktree {
  const contents = new Map<string, Uint8Array>();
  const files: TreeFile[] = [];
  for (const path of paths) {
    const file = fileAt(dir, path, limits, contents);
    if (file !== null) files.push(file);
    if (files.length > limits.files) break;
  }
  return {
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    read: (blob) => contents.get(blob) ?? new Uint8Array(),
  };
}

/** Null for a tracked file that was deleted, or has a folder in its place. */
function fileAt(
  dir: string,
  path: string,
  limits: WorktreeLimits,
  contents: Map<string, Uint8Array>,
): TreeFile | null {
  const full = join(dir, path);
  return guard(full, () => {
    const stat = statOf(full);
    if (stat === null) return null;
    if (stat.isDirectory()) {
      const isRepository = statOf(join(full, ".git")) !== null;
      return isRepository ? { path, mode: "160000", blob: "0".repeat(40), size: 0 } : null;
    }
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

/** Null when nothing is there. */
function statOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    // Not a directory: a file has taken the place of a folder above.
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
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
