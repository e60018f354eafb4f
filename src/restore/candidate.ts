/** The backup to restore: copied, so that what was verified is what is used, and read through before anything is believed. */
import { copyFileSync, constants, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { MANIFEST_SUFFIX } from "../backup/manifest.js";
import { readManifest, type VerifyBackupOptions } from "../backup/verify.js";
import { AppError } from "../errors.js";
import type { BackupManifest, VerifiedBackup } from "../model/backup.js";
import type { PublicKey } from "../model/documents.js";
import { prepareCopy } from "../state/restore/live-copy.js";

/** `verifyBackupApart`, or `verifyBackup` where the file is known. */
export type VerifyCandidate = (
  file: string,
  options: VerifyBackupOptions,
) => Promise<VerifiedBackup>;

export interface Candidate {
  readonly file: string;
  readonly manifest: BackupManifest;
}

interface Expected {
  /** Whose state it is to replace; null: nobody knows any more. */
  readonly sovereignId: string | null;
  readonly keys: readonly PublicKey[];
  /** The moment, in `+00:00` form. */
  readonly at: string;
}

/**
 * Copies the backup and its manifest to the new folder `folder`, verifies the copy, and brings it to our schema.
 * Throws AppError `unreadable_file`, `bad_backup`, and `backup_foreign` for one of another sovereign.
 */
export async function takeCandidate(
  backup: string,
  folder: string,
  verify: VerifyCandidate,
  { sovereignId, keys, at }: Expected,
): Promise<Candidate> {
  mkdirSync(folder, { mode: 0o700 });
  // Under its own name: what is wrong with it is told by that.
  const file = join(folder, basename(backup));
  copy(backup, file);
  copy(backup + MANIFEST_SUFFIX, file + MANIFEST_SUFFIX);
  const claimed = readManifest(file).sovereign_id;
  if (sovereignId !== null && claimed !== sovereignId)
    throw new AppError(
      "backup_foreign",
      `${basename(backup)} is a backup of ${claimed}, and the state is of ${sovereignId}`,
    );
  const { manifest } = await verify(file, { keys, sovereignId });
  prepareCopy(file, at);
  return { file, manifest };
}

function copy(from: string, to: string): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  } catch (cause) {
    throw new AppError("unreadable_file", `${from} cannot be read`, {
      hint: `a backup is two files: FILE and FILE${MANIFEST_SUFFIX}`,
      cause,
    });
  }
}
