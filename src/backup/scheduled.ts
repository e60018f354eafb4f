/** What the schedule of backups asks for now: a backup from the copy to the removal of older ones, or nothing yet. */
import { basename, join } from "node:path";
import { AppError } from "../errors.js";
import type { NewestBackup, ScheduledBackup, VerifiedBackup } from "../model/backup.js";
import type { LogSigner } from "../model/log.js";
import type { AuthorityRecord } from "../model/state.js";
import type { Instant, Seconds } from "../model/time.js";
import { canonicalJson } from "../protocol/canonical.js";
import { plusSeconds, toInstant } from "../protocol/instant.js";
import { openState } from "../state/open.js";
import { readFolder, type ListedBackup } from "./folder.js";
import { makeBackup } from "./make.js";
import { scheduledName } from "./names.js";
import { removeBackup, removeSurplus, type Retention } from "./retention.js";
import { verifyBackup } from "./verify.js";

export interface BackupSettings extends Retention {
  readonly dir: string;
  readonly every: Seconds;
}

export interface ScheduleOptions {
  readonly settings: BackupSettings;
  readonly db: string;
  /** Asked only when a backup is due. */
  readonly signer: () => LogSigner;
  readonly now: Instant;
  readonly escrow: string;
  readonly holder: string;
}

/**
 * Makes a backup when one is due, reads it back from where it lies, as a restore would, and removes those that have had their
 * time. Older ones go only after the new one held. Throws as `makeBackup`, and AppError `bad_backup`, `unreadable_file`.
 */
export function runDue(options: ScheduleOptions, verify = verifyBackup): ScheduledBackup {
  const { settings, now } = options;
  const authority = authorityOf(options.db);
  if (authority === null) return { made: null, newest: null, removed: [], next: null };
  const { sovereignId } = authority;
  const known = newestIn(settings.dir, authority, now);
  const next = known === null ? now : plusSeconds(madeAt(known), settings.every);
  if (next > now)
    return { made: null, newest: known === null ? null : newestOf(known), removed: [], next };
  const file = join(settings.dir, scheduledName(sovereignId, now));
  const made = makeAndRead(file, sovereignId, options, verify);
  return {
    made,
    newest: newestOf({ file, manifest: made.manifest }),
    removed: removeSurplus(settings.dir, basename(file), sovereignId, settings),
    next: plusSeconds(now, settings.every),
  };
}

/** Those that a clock far ahead has dated do not count, nor any that anybody may have signed: they would put the next off. */
function newestIn(
  dir: string,
  { sovereignId, publicKey }: AuthorityRecord,
  now: Instant,
): ListedBackup | null {
  const isOurs = (backup: ListedBackup): boolean =>
    backup.manifest.sovereign_id === sovereignId &&
    backup.key === publicKey &&
    madeAt(backup) <= now;
  return readFolder(dir).backups.find(isOurs) ?? null;
}

function madeAt({ manifest }: ListedBackup): Instant {
  return toInstant(manifest.created_at);
}

/** What does not read back as it was written is none, and must not stand where it would count as one. */
function makeAndRead(
  output: string,
  sovereignId: string,
  { db, signer, now, escrow, holder }: ScheduleOptions,
  verify: typeof verifyBackup,
): VerifiedBackup {
  const key = signer();
  const made = makeBackup({ db, output, signer: key, now, escrow, force: false, holder });
  try {
    const read = verify(output, { keys: [key.publicKey], sovereignId });
    if (canonicalJson({ ...read.counts }) === canonicalJson({ ...made.counts })) return read;
    throw new AppError("bad_backup", `${basename(output)} does not read as it was written`, {
      details: { reason: "counts" },
    });
  } catch (error) {
    removeBackup(output);
    throw error;
  }
}

function newestOf({ file, manifest }: Pick<ListedBackup, "file" | "manifest">): NewestBackup {
  return { file, at: manifest.created_at, bytes: manifest.bytes };
}

/** Null: nothing was applied yet. */
function authorityOf(db: string): AuthorityRecord | null {
  const reader = openState(db);
  try {
    return reader.authority();
  } finally {
    reader.close();
  }
}
