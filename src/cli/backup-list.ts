/** What `backup list` reports. */
import type { UnsoundBackup } from "../backup/folder.js";
import type { PublicKey } from "../model/documents.js";

export interface BackupRow {
  readonly name: string;
  readonly created_at: string;
  readonly bytes: number;
  readonly sovereign_id: string;
  readonly epoch: number;
  readonly generation: number;
  readonly log_size: number;
  /** Who has signed the manifest. */
  readonly key: PublicKey;
}

export interface BackupList {
  readonly dir: string;
  /** Newest first. */
  readonly backups: readonly BackupRow[];
  /** What bears the name of a backup, and why it is none. */
  readonly unsound: readonly UnsoundBackup[];
}
