/** Whether a backup is whole, unaltered and of the authority it says: asked before it is kept, and before it is restored. */
import { AppError } from "../errors.js";
import type { VerifiedBackup } from "../model/backup.js";
import type { PublicKey } from "../model/documents.js";

export interface VerifyBackupOptions {
  /** Who may have signed the manifest; null: whoever it names, which does not prove whose backup it is. */
  readonly keys: readonly PublicKey[] | null;
  /** Whose backup is expected; null: anybody's. */
  readonly sovereignId: string | null;
}

/**
 * Reads the backup and its manifest through: signature of the manifest, size and digest of the file, schema word for word,
 * pages, references, every signed document, the log recomputed. Writes nothing. The file may be hostile: where it comes from
 * elsewhere, use `verifyBackupApart`. Throws AppError `bad_backup`, whose `details.reason` says which of them failed.
 */
export function verifyBackup(_file: string, _options: VerifyBackupOptions): VerifiedBackup {
  throw new AppError("internal", "not yet");
}

/** As `verifyBackup`, in a process of its own with a limit on its memory: a file that breaks SQLite breaks only that. */
export async function verifyBackupApart(
  file: string,
  options: VerifyBackupOptions,
): Promise<VerifiedBackup> {
  return verifyBackup(file, options);
}
