/** The files that a restore is told of, and whether they may be where they are. */
import { existsSync, lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { AppError } from "../errors.js";
import type { RestoreRequest } from "../model/restore.js";
import type { Instant } from "../model/time.js";
import { fromInstant } from "../protocol/instant.js";
import { existingPath } from "../state/place.js";
import { workFolder } from "../state/restore/pending.js";

/** A link would stay where the file goes, and lead nowhere in between. Makes nothing. Throws AppError `restore_refused`. */
export function stateFile(path: string): string {
  const folder = existingPath(dirname(path));
  const db = folder === null ? path : join(folder, basename(path));
  if (lstatSync(db, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return db;
  throw new AppError("restore_refused", `${path} is a symbolic link`, {
    hint: "name the file itself",
  });
}

/** Throws AppError `usage` and `restore_refused` for files that this restore would overwrite or remove. */
export function checkPlaces({ db, backup, preRestoreBackup }: RestoreRequest): void {
  const [from, to] = [realPath(backup), realPath(preRestoreBackup)];
  if (from === to)
    throw new AppError("usage", "--backup and --pre-restore-backup name the same file", {
      hint: "name a new file for the state as it is",
    });
  const work = realPath(workFolder(db)) + sep;
  const inside = [from, to].find((path) => path.startsWith(work));
  if (inside !== undefined)
    throw new AppError("restore_refused", `${inside} is in a folder that a restore removes`, {
      hint: "copy a backup with its manifest to another folder, and name that one",
    });
}

/** Throws AppError `file_exists`. */
export function checkKeepable(preRestoreBackup: string): void {
  if (lstatSync(preRestoreBackup, { throwIfNoEntry: false }) === undefined) return;
  throw new AppError("file_exists", `${preRestoreBackup} exists already`, {
    hint: "give another name for the state as it is: nothing is overwritten",
  });
}

/** A name beside the state that nothing bears. */
export function quarantineName(db: string, now: Instant): string {
  const stamp = fromInstant(now).replaceAll(/[-:]|\.\d+/g, "");
  const name = `${basename(db)}.quarantine-${stamp}`;
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    if (!existsSync(join(dirname(db), candidate))) return candidate;
  }
}

/** Without links on the way, as far as there is anything. */
function realPath(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    const folder = dirname(whole);
    return folder === whole ? whole : join(realPath(folder), basename(whole));
  }
}
