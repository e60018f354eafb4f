/** What lies in a folder of backups, by its manifests. No backup is read through here. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.js";
import type { BackupManifest } from "../model/backup.js";
import type { PublicKey } from "../model/documents.js";
import { toInstant } from "../protocol/instant.js";
import { MANIFEST_SUFFIX, manifestKey, verifyManifest } from "./manifest.js";
import { readManifest } from "./verify.js";

export interface ListedBackup {
  readonly file: string;
  readonly name: string;
  readonly manifest: BackupManifest;
  /** Who has signed the manifest; whose key that is, the caller has to know. */
  readonly key: PublicKey;
}

/** What bears the name of a manifest and is no sound backup. */
export interface UnsoundBackup {
  readonly name: string;
  readonly why: string;
}

export interface BackupFolder {
  /** Newest first. Their manifests are signed, and their files have the right size. */
  readonly backups: readonly ListedBackup[];
  readonly unsound: readonly UnsoundBackup[];
}

/** Throws AppError `unreadable_file` for a folder that cannot be read. */
export function readFolder(folder: string): BackupFolder {
  const backups: ListedBackup[] = [];
  const unsound: UnsoundBackup[] = [];
  for (const name of namesIn(folder)) {
    try {
      backups.push(look(folder, name));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      unsound.push({ name, why: error.message });
    }
  }
  return { backups: backups.toSorted(newestFirst), unsound };
}

/** Of the files whose manifests are there. A file alone may be anything. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(MANIFEST_SUFFIX) && !name.startsWith("."))
      .map((name) => name.slice(0, -MANIFEST_SUFFIX.length))
      .toSorted();
  } catch (cause) {
    throw new AppError("unreadable_file", `the folder ${folder} cannot be read`, { cause });
  }
}

function look(folder: string, name: string): ListedBackup {
  const file = join(folder, name);
  const manifest = readManifest(file);
  verifyManifest(manifest, null);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new AppError("bad_backup", "its file is not there");
  if (!stat.isFile() || stat.size !== manifest.bytes)
    throw new AppError("bad_backup", "its file is not the one that the manifest was signed for");
  return { file, name, manifest, key: manifestKey(manifest) };
}

function newestFirst(a: ListedBackup, b: ListedBackup): number {
  const [left, right] = [toInstant(a.manifest.created_at), toInstant(b.manifest.created_at)];
  if (left !== right) return left < right ? 1 : -1;
  return a.name < b.name ? 1 : -1;
}
