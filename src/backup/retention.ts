/** Which scheduled backups have had their time: the last ones stay, and one a month (trust.md 5.3). */
import { lstatSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { AppError } from "../errors.js";
import type { BackupManifest } from "../model/backup.js";
import { toInstant } from "../protocol/instant.js";
import { syncFolder } from "./files.js";
import { readFolder, type ListedBackup } from "./folder.js";
import { MANIFEST_SUFFIX, verifyManifest } from "./manifest.js";
import { scheduledName } from "./names.js";
import { readManifest } from "./verify.js";

export interface Retention {
  /** How many of the newest stay; at least 1. */
  readonly keep: number;
  /** Of how many months, the newest that have any, the newest backup stays. */
  readonly keepMonthly: number;
}

/** A week of days and a year of months, when one is made every day. */
export const DEFAULT_RETENTION: Retention = { keep: 7, keepMonthly: 12 };

/**
 * Those of `backups`, newest first, that may go. Only a backup that our schedule made is ever among them: one whose name, whose
 * manifest and whose authority agree. They are counted from `newest`, the one that was just verified: what is signed by another key
 * than it, or dated later by a clock that was ahead, takes no place of those that can be relied on, and stays. Pure.
 */
export function surplus(
  backups: readonly ListedBackup[],
  newest: string,
  sovereignId: string,
  { keep, keepMonthly }: Retention,
): readonly ListedBackup[] {
  const made = backups.find(({ name }) => name === newest);
  if (made === undefined) return [];
  const until = toInstant(made.manifest.created_at);
  const ours = backups.filter(
    ({ name, manifest, key }) =>
      key === made.key &&
      toInstant(manifest.created_at) <= until &&
      isScheduled(name, manifest, sovereignId),
  );
  const months = new Map<string, string>();
  for (const { name, manifest } of ours) {
    const month = manifest.created_at.slice(0, 7);
    if (!months.has(month) && months.size < keepMonthly) months.set(month, name);
  }
  const monthly = new Set(months.values());
  return ours.slice(keep).filter(({ name }) => name !== newest && !monthly.has(name));
}

function isScheduled(name: string, manifest: BackupManifest, sovereignId: string): boolean {
  return (
    manifest.sovereign_id === sovereignId &&
    name === scheduledName(sovereignId, toInstant(manifest.created_at))
  );
}

/** Removes what `surplus` names, and tells the names. Throws AppError `unreadable_file`, `unwritable_file`. */
export function removeSurplus(
  folder: string,
  newest: string,
  sovereignId: string,
  retention: Retention,
): readonly string[] {
  const { backups, unsound } = readFolder(folder);
  const removed = surplus(backups, newest, sovereignId, retention);
  const left = unsound.filter(({ name }) => isLeftOver(join(folder, name), sovereignId));
  for (const { name } of [...removed, ...left]) removeBackup(join(folder, name));
  if (removed.length + left.length > 0) syncFolder(folder);
  return removed.map(({ name }) => name);
}

/** With its manifest. Throws AppError `unwritable_file`. */
export function removeBackup(file: string): void {
  try {
    // The file first: it never stands there without its manifest.
    rmSync(file, { force: true });
    rmSync(file + MANIFEST_SUFFIX);
  } catch (cause) {
    throw new AppError("unwritable_file", `${file} cannot be removed`, { cause });
  }
}

/** The manifest of a backup of the schedule whose file is gone: a removal was killed between the two. */
function isLeftOver(file: string, sovereignId: string): boolean {
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return false;
  try {
    const manifest = readManifest(file);
    verifyManifest(manifest, null);
    return isScheduled(basename(file), manifest, sovereignId);
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
