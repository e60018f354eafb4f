/** Which backup to restore: the one that was named, or the newest of a folder that reads through. */
import { readFolder } from "../../backup/folder.js";
import type { VerifyBackupOptions } from "../../backup/verify.js";
import { AppError } from "../../errors.js";
import type { BackupManifest } from "../../model/backup.js";
import type { IncidentFinding } from "../../model/incident.js";
import type { VerifyCandidate } from "../../restore/candidate.js";
import type { IncidentFolder } from "../folder.js";

export interface SelectedBackup {
  readonly file: string;
  readonly manifest: BackupManifest;
}

export interface Selection {
  readonly selected: SelectedBackup;
  /** Of newer backups that were passed over. */
  readonly findings: readonly IncidentFinding[];
}

/** Throws AppError `bad_backup`, `unreadable_file`, `no_backup` when none of the folder holds. */
export async function selectBackup(
  folder: IncidentFolder,
  given: { readonly backup: string | null; readonly dir: string | null },
  options: VerifyBackupOptions,
  verify: VerifyCandidate,
): Promise<Selection> {
  const { backup, dir } = given;
  if (backup !== null) {
    const { manifest } = await verify(backup, options);
    record(folder, backup, manifest);
    return { selected: { file: backup, manifest }, findings: [] };
  }
  if (dir === null)
    throw new AppError("usage", "give --backup FILE, or --dir DIR: no folder of backups is set");
  const { backups, unsound } = readFolder(dir);
  const findings: IncidentFinding[] = unsound.map(({ name, why }) => passedOver(name, why));
  for (const { file, name } of backups) {
    try {
      const { manifest } = await verify(file, options);
      record(folder, file, manifest);
      return { selected: { file, manifest }, findings };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      folder.record({ step: "select-backup", outcome: "refused", message: error.message });
      findings.push(passedOver(name, error.message));
    }
  }
  throw new AppError("no_backup", `no backup in ${dir} can be relied on`, {
    details: { passed_over: findings.map(({ message }) => message) },
  });
}

function record(folder: IncidentFolder, file: string, manifest: BackupManifest): void {
  const { created_at, generation, log, sha256 } = manifest;
  folder.record({
    step: "select-backup",
    outcome: "done",
    message: `${file} of ${created_at}: generation ${generation}, ${log.size} log entries, SHA-256 ${sha256}`,
  });
}

function passedOver(name: string, why: string): IncidentFinding {
  return {
    code: "backup_passed_over",
    level: "warning",
    message: `${name}: ${why}`,
    hint: "keep it as evidence, and find out what happened to it",
  };
}
