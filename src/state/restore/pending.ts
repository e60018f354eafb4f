/** The note of a restore that is under way: `<state>.restore.json`, there from before the first change until after the last. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { AppError } from "../../errors.js";
import { canonicalJson } from "../../protocol/canonical.js";
import { Fields } from "../../protocol/document-fields.js";
import { parseJson } from "../../protocol/json.js";
import { syncFolder } from "../create.js";

const FORMAT = "concordat-restore/1";

export interface PendingRestore {
  /** `planned`: nothing of the state has changed, and it is taken back. `built`: the new file is whole, and is put in place. */
  readonly stage: "planned" | "built";
  readonly backup: string;
  readonly preRestoreBackup: string;
  readonly escrow: string;
  /** Name of the folder beside the state that its files are moved to. */
  readonly quarantine: string;
  /** What the escrow is told once the new file is in place; `newLog`: in place of all that stands there. Null before it is built. */
  readonly line: {
    readonly checkpoint: string;
    readonly vkey: string;
    readonly newLog: boolean;
  } | null;
}

export function pendingPath(db: string): string {
  return `${db}.restore.json`;
}

/** The note of one that was taken back: whose the pre-restore backup is that it may have left. */
function takenBackPath(db: string): string {
  return `${db}.restore-taken-back.json`;
}

/** The folder that everything is made in before it counts. */
export function workFolder(db: string): string {
  return `${db}.restoring`;
}

/** The new state, before it is put in place. */
export function restoredPath(db: string): string {
  return `${workFolder(db)}/restored`;
}

export function isRestorePending(db: string): boolean {
  return existsSync(pendingPath(db));
}

/** Null: no restore is under way. Throws AppError `restore_pending` for a note that cannot be read. */
export function readPending(db: string): PendingRestore | null {
  return isRestorePending(db) ? readNote(pendingPath(db)) : null;
}

/** The newest that was taken back since the last one that was finished. Throws as `readPending`. */
export function readTakenBack(db: string): PendingRestore | null {
  return existsSync(takenBackPath(db)) ? readNote(takenBackPath(db)) : null;
}

function readNote(path: string): PendingRestore {
  try {
    const fields = new Fields(parseJson(readFileSync(path)));
    if (fields.text("format") !== FORMAT) throw fields.fault("format", `expected ${FORMAT}`);
    const stage = fields.text("stage");
    if (stage !== "planned" && stage !== "built") throw fields.fault("stage", "expected a stage");
    const quarantine = fields.text("quarantine");
    if (quarantine !== basename(quarantine)) throw fields.fault("quarantine", "expected a name");
    const line = stage === "built" ? fields.fields("line") : null;
    return {
      stage,
      backup: fields.text("backup"),
      preRestoreBackup: fields.text("pre_restore_backup"),
      escrow: fields.text("escrow"),
      quarantine,
      line:
        line === null
          ? null
          : {
              checkpoint: line.text("checkpoint"),
              vkey: line.text("vkey"),
              newLog: line.text("log") === "new",
            },
    };
  } catch (cause) {
    throw new AppError("restore_pending", `${path} cannot be read`, {
      hint: "keep the file, and see docs/recovery.md, which says what it tells",
      cause,
    });
  }
}

/** On the disk once this returns, whole. Throws AppError `unwritable_file`. */
export function writePending(db: string, pending: PendingRestore): void {
  const { stage, backup, preRestoreBackup, escrow, quarantine, line } = pending;
  const text = canonicalJson({
    format: FORMAT,
    stage,
    backup,
    pre_restore_backup: preRestoreBackup,
    escrow,
    quarantine,
    line:
      line === null
        ? null
        : {
            checkpoint: line.checkpoint,
            vkey: line.vkey,
            log: line.newLog ? "new" : "same",
          },
  });
  const path = pendingPath(db);
  const draft = `${path}.new`;
  try {
    rmSync(draft, { force: true });
    const file = openSync(draft, "wx", 0o600);
    try {
      writeFileSync(file, `${text}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
    syncFolder(dirname(path));
  } catch (cause) {
    throw new AppError("unwritable_file", `${path} cannot be written`, { cause });
  }
}

/** After a restore that has come to its end. */
export function removePending(db: string): void {
  for (const path of [`${pendingPath(db)}.new`, takenBackPath(db), pendingPath(db)])
    rmSync(path, { force: true });
  syncFolder(dirname(db));
}

/** After one that has not, so that the same command may make its pre-restore backup again. */
export function setPendingAside(db: string): void {
  renameSync(pendingPath(db), takenBackPath(db));
  syncFolder(dirname(db));
}
