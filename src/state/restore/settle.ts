/** Ends a restore that is under way: takes it back while nothing has changed, and else puts the new state in place. */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppError } from "../../errors.js";
import { syncFolder } from "../create.js";
import { appendToEscrow, replaceEscrow } from "../log/escrow-file.js";
import { readEscrow } from "../log/escrow.js";
import {
  readPending,
  removePending,
  restoredPath,
  setPendingAside,
  workFolder,
  type PendingRestore,
} from "./pending.js";

/** The state's own file first: one without its journals would be read without what they hold. */
const PARTS = ["", "-wal", "-shm", "-journal"] as const;

/**
 * Called under the state's lock, by whoever is about to write it; the same call again goes on where one was killed. Null: no
 * restore was under way. Throws AppError `restore_pending`, `restore_refused`, `unwritable_file`, `escrow_unusable`,
 * `escrow_damaged`.
 */
export function settleRestore(db: string): "finished" | "taken_back" | null {
  const pending = readPending(db);
  if (pending === null) return null;
  return guarded(db, () => {
    const isBuilt = pending.stage === "built";
    if (isBuilt) {
      putInPlace(db, pending);
      tellEscrow(db, pending);
    }
    removeWork(db);
    if (isBuilt) removePending(db);
    else setPendingAside(db);
    return isBuilt ? "finished" : "taken_back";
  });
}

/** What the file system refuses stops here with the note in place, so that the next run goes on from it. */
function guarded<T>(db: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof AppError || !(cause instanceof Error)) throw cause;
    throw new AppError("unwritable_file", `files beside ${db} cannot be moved: ${cause.message}`, {
      hint: "put that right, and run concordat restore again: it goes on from there",
      cause,
    });
  }
}

/** Removes what a restore was built from, and what it had built. */
export function removeWork(db: string): void {
  rmSync(workFolder(db), { recursive: true, force: true });
}

/** The files of the state before go into the quarantine, from which nothing ever removes them. */
function putInPlace(db: string, { quarantine }: PendingRestore): void {
  const restored = restoredPath(db);
  if (!existsSync(restored)) return;
  const folder = dirname(db);
  const kept = join(folder, quarantine);
  mkdirSync(kept, { recursive: true, mode: 0o700 });
  syncFolder(folder);
  for (const part of PARTS) {
    if (!existsSync(db + part)) continue;
    const place = join(kept, basename(db) + part);
    if (existsSync(place))
      throw new AppError("restore_refused", `${place} is there, and so is ${db}${part}`, {
        hint: "somebody has put a file there since: move it away, and run concordat restore again",
      });
    renameSync(db + part, place);
  }
  syncFolder(kept);
  syncFolder(folder);
  renameSync(restored, db);
  syncFolder(folder);
}

function tellEscrow(db: string, { escrow, quarantine, line }: PendingRestore): void {
  if (line === null) return;
  const { checkpoint, vkey, newLog } = line;
  if (!newLog) {
    if (readEscrow(escrow)?.checkpoint !== checkpoint)
      appendToEscrow(escrow, { checkpoint, vkey }, true);
    return;
  }
  // Evidence of what was lost, also where it cannot be read any more.
  const kept = join(dirname(db), quarantine);
  const copy = join(kept, basename(escrow));
  mkdirSync(kept, { recursive: true, mode: 0o700 });
  if (existsSync(escrow) && !existsSync(copy)) copyFileSync(escrow, copy);
  syncFolder(kept);
  replaceEscrow(escrow, { checkpoint, vkey });
}
