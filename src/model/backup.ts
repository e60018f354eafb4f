/** A backup: one SQLite file, and beside it a manifest that the authority has signed. */
import type { Instant, Seconds, Timestamp } from "./time.js";

export const BACKUP_FORMAT = "concordat-backup/1";

/** What a manifest says of its file, and of the state in it. Its file is the backup's with `.manifest.json` after the name. */
export interface BackupManifest {
  readonly format: typeof BACKUP_FORMAT;
  /** The name of the Authority resource. */
  readonly authority: string;
  readonly sovereign_id: string;
  /** Which of the state's writers was the last: a later one has a higher number. */
  readonly epoch: number;
  readonly generation: number;
  /** `user_version` of the file. */
  readonly schema: number;
  readonly log: BackupLog;
  /** Of the file, in hexadecimal, as `sha256sum` prints it. */
  readonly sha256: string;
  /** Size of the file. */
  readonly bytes: number;
  readonly created_at: Timestamp;
  /** The key that signed, named as in a checkpoint (C2SP signed-note). */
  readonly vkey: string;
  /** Base64. */
  readonly signature: string;
}

export interface BackupLog {
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  /** Base64 of 32 bytes. */
  readonly root: string;
  /** A signed note of exactly this size and root, by the manifest's key. */
  readonly checkpoint: string;
}

/** What stands in a backup, counted when it was read back. */
export interface BackupCounts {
  readonly treaties: number;
  readonly attestations: number;
  readonly operator_keys: number;
  readonly revoked_keys: number;
  readonly sovereigns: number;
  readonly feeds: number;
  readonly imported_revocations: number;
  readonly log_entries: number;
}

/** A backup that was read through and holds. */
export interface VerifiedBackup {
  readonly manifest: BackupManifest;
  readonly counts: BackupCounts;
  /**
   * Documents whose signature holds, and those that nobody here can judge: what has ended in our name under an earlier key of
   * ours, and feeds under an earlier key of their issuer. Such a row gives no trust.
   */
  readonly signatures: { readonly verified: number; readonly unjudged: number };
}

/** The newest scheduled backup that is known. */
export interface NewestBackup {
  readonly file: string;
  readonly at: Timestamp;
  readonly bytes: number;
}

/** What one look at the schedule has found and done. */
export interface ScheduledBackup {
  /** Null: none was due. */
  readonly made: VerifiedBackup | null;
  /** Null: there is none yet. */
  readonly newest: NewestBackup | null;
  /** Names of older backups that had their time. */
  readonly removed: readonly string[];
  /** When to look again; null: nothing was applied yet, so there is nothing to back up. */
  readonly next: Instant | null;
}

/** Told of every look at the schedule that found something, or failed. */
export interface BackupEvent {
  readonly type: "backup";
  readonly made: boolean;
  /** Null: it went well. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** Of all looks so far; null: there is none. */
  readonly newest: NewestBackup | null;
  readonly removed: number;
  /** How often one is made. */
  readonly every: Seconds;
  readonly seconds: number;
}
