/** One scheduled backup, from the copy to the removal of older ones; and when the next is due. */
import { join } from "node:path";
import { AppError } from "../errors.js";
import type { ScheduledBackup } from "../model/backup.js";
import type { LogSigner } from "../model/log.js";
import type { Instant, Seconds } from "../model/time.js";
import { canonicalJson } from "../protocol/canonical.js";
import { plusSeconds, toInstant } from "../protocol/instant.js";
import { openState } from "../state/open.js";
import { readFolder, type ListedBackup } from "./folder.js";
import { makeBackup } from "./make.js";
import { scheduledName } from "./names.js";
import { removeSurplus, type Retention } from "./retention.js";
import { verifyBackup } from "./verify.js";

export interface BackupSettings extends Retention {
  readonly dir: string;
  readonly every: Seconds;
}

export interface ScheduledOptions extends Retention {
  readonly dir: string;
  readonly db: string;
  readonly signer: LogSigner;
  readonly now: Instant;
  readonly escrow: string;
  readonly holder: string;
}

/**
 * Makes a backup, reads it back from where it lies, as a restore would, and removes those that have had their time. Older ones
 * go only after the new one held. Throws as `makeBackup`, and AppError `bad_backup`.
 */
export function runScheduled(options: ScheduledOptions): ScheduledBackup {
  const { dir, db, signer, now, escrow, holder } = options;
  const sovereignId = sovereignOf(db);
  const name = scheduledName(sovereignId, now);
  const output = join(dir, name);
  const made = makeBackup({ db, output, signer, now, escrow, force: false, holder });
  const read = verifyBackup(output, { keys: [signer.publicKey], sovereignId });
  if (canonicalJson({ ...read.counts }) !== canonicalJson({ ...made.counts }))
    throw new AppError("bad_backup", `${name} does not read as it was written`, {
      details: { reason: "counts" },
    });
  return { file: output, backup: read, removed: removeSurplus(dir, name, sovereignId, options) };
}

/** The newest sound backup of this authority in the folder; null when there is none. Throws AppError `unreadable_file`. */
export function newestBackup(dir: string, sovereignId: string): ListedBackup | null {
  const { backups } = readFolder(dir);
  return backups.find(({ manifest }) => manifest.sovereign_id === sovereignId) ?? null;
}

/** The moment for the next one; a newest that a clock far ahead has dated does not put it off. Pure. */
export function nextBackup(newest: ListedBackup | null, now: Instant, every: Seconds): Instant {
  if (newest === null) return now;
  const made = toInstant(newest.manifest.created_at);
  return made > now ? now : plusSeconds(made, every);
}

function sovereignOf(db: string): string {
  const reader = openState(db);
  try {
    const authority = reader.authority();
    if (authority !== null) return authority.sovereignId;
  } finally {
    reader.close();
  }
  throw new AppError("state_missing", "nothing was applied to this state yet", {
    hint: "apply a plan first: there is nothing to back up",
  });
}
