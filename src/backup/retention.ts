/** Which scheduled backups have had their time: the last ones stay, and one a month (trust.md 5.3). */
import { rmSync } from "node:fs";
import { AppError } from "../errors.js";
import { toInstant } from "../protocol/instant.js";
import { syncFolder } from "./files.js";
import { readFolder, type ListedBackup } from "./folder.js";
import { MANIFEST_SUFFIX } from "./manifest.js";
import { scheduledName } from "./names.js";

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
 * manifest and whose authority agree. Never `newest`, the one that was just verified, whatever the clock said meanwhile. Pure.
 */
export function surplus(
  backups: readonly ListedBackup[],
  newest: string,
  sovereignId: string,
  { keep, keepMonthly }: Retention,
): readonly ListedBackup[] {
  const ours = backups.filter((backup) => isScheduled(backup, sovereignId));
  const months = new Map<string, string>();
  for (const { name, manifest } of ours) {
    const month = manifest.created_at.slice(0, 7);
    if (!months.has(month) && months.size < keepMonthly) months.set(month, name);
  }
  const monthly = new Set(months.values());
  return ours.slice(keep).filter(({ name }) => name !== newest && !monthly.has(name));
}

function isScheduled({ name, manifest }: ListedBackup, sovereignId: string): boolean {
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
  const removed = surplus(readFolder(folder).backups, newest, sovereignId, retention);
  for (const { file } of removed) {
    try {
      // The file first: it never stands there without its manifest.
      rmSync(file);
      rmSync(file + MANIFEST_SUFFIX);
    } catch (cause) {
      throw new AppError("unwritable_file", `${file} cannot be removed`, { cause });
    }
  }
  if (removed.length > 0) syncFolder(folder);
  return removed.map(({ name }) => name);
}
