/** Where a state may stand: one real path, on a disk whose locks hold, in a file that is no stranger's business. */
import { accessSync, constants, mkdirSync, realpathSync, statfsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppError } from "../errors.js";

const WRITABLE_BY_ANYONE = 0o002;
const OPEN_TO_ANYONE = 0o007;
/** In a folder with this bit everybody can remove and rename their own files only. */
const STICKY = 0o1000;

/** File systems where SQLite's locks or shared memory do not work between machines (statfs(2)). */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
]);

/**
 * The path of an existing file without symbolic links, or null when there is none. SQLite puts its own files beside the real
 * one, so ours must stand there too: a lock beside each of two names would be two locks.
 * Throws AppError `state_unreadable` when a folder on the way may not be entered.
 */
export function existingPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw new AppError("state_unreadable", `${path} cannot be reached`, { cause });
  }
}

/**
 * The same for a file that is still to be made, and its folder with it: git ignores `.concordat/`, so a fresh clone has none.
 * Throws AppError `state_unreadable` when that folder's own folder is not there either.
 */
export function newPath(path: string): string {
  const folder = existingPath(dirname(path)) ?? newFolder(dirname(path));
  if (folder !== null) return join(folder, basename(path));
  throw new AppError("state_unreadable", `there is no folder ${dirname(path)}`, {
    hint: "make the folder first, or give another --db FILE",
  });
}

function newFolder(path: string): string | null {
  try {
    mkdirSync(path, { mode: 0o700 });
    return existingPath(path);
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw new AppError("state_unreadable", `${path} cannot be made`, { cause });
  }
}

/** Throws AppError `state_unreadable` when a writer cannot trust the place. `path` need not exist. */
export function checkPlace(path: string): void {
  const folder = dirname(path);
  const network = networkFileSystem(statfsSync(folder).type);
  if (network !== null) {
    throw new AppError(
      "state_unreadable",
      `${path} is on a network file system (${network}), where locks do not hold`,
      {
        hint: "keep the state on a local disk",
      },
    );
  }
  const { mode } = statSync(folder);
  if (
    process.platform !== "win32" &&
    (mode & (WRITABLE_BY_ANYONE | STICKY)) === WRITABLE_BY_ANYONE
  ) {
    throw new AppError(
      "state_unreadable",
      `anyone on this machine may replace files in ${folder}`,
      {
        hint: `chmod o-w ${folder}`,
      },
    );
  }
  checkWritable(folder);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isFile()) throw new AppError("state_unreadable", `${path} is not a file`);
  // Root may write it too, but what SQLite makes beside it would be root's, and its owner locked out.
  if (process.platform !== "win32" && stat.uid !== process.geteuid?.()) {
    throw new AppError("state_unreadable", `${basename(path)} belongs to another user`, {
      hint: "run concordat as the user that the state belongs to",
    });
  }
  if (process.platform !== "win32" && (stat.mode & WRITABLE_BY_ANYONE) !== 0) {
    throw new AppError("state_unreadable", `anyone on this machine may write ${basename(path)}`, {
      hint: `chmod o-rwx ${path}`,
    });
  }
  checkWritable(path);
  if (stat.nlink > 1) {
    throw new AppError(
      "state_unreadable",
      `${basename(path)} has a second name (a hard link), and would have two locks`,
      {
        hint: "copy the file, and use the copy",
      },
    );
  }
}

/**
 * Throws AppError `state_unreadable` for a state that others on the machine may read: it holds the audit, with names and
 * addresses, and whoever may open it may also lock it. `path` need not exist.
 */
export function checkPrivate(path: string): void {
  if (process.platform === "win32") return;
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & OPEN_TO_ANYONE) === 0) return;
  throw new AppError("state_unreadable", `anyone on this machine may read ${basename(path)}`, {
    hint: `chmod o-rwx ${path}`,
  });
}

/** SQLite would say no more than that it cannot open a file, or open it for reading only. */
function checkWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (cause) {
    const isReadOnly = cause instanceof Error && "code" in cause && cause.code === "EROFS";
    throw new AppError(
      "state_unreadable",
      isReadOnly
        ? `${path} is on a file system that is mounted read-only`
        : `this user may not write ${path}`,
      { hint: "reading commands and concordat serve --read-only work here", cause },
    );
  }
}

/** Null for a local one. */
export function networkFileSystem(type: number): string | null {
  // 32-bit magic numbers come sign-extended on some platforms.
  return NETWORK_FILE_SYSTEMS.get(type >>> 0) ?? null;
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ENOENT" || error.code === "ENOTDIR")
  );
}
