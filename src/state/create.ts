/** Makes a new state, which appears under its name whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { AppError } from "../errors.js";
import { Connection } from "./connection.js";
import { migrate } from "./migrations/index.js";
import { applyPragmas, CAREFUL } from "./pragmas.js";

/** Only its owner reads it: it says who trusts whom, and it holds the audit log. */
const MODE = 0o600;

/**
 * Makes the file at `path`, where none may be yet; the caller holds the lock. `at` is the moment, in `+00:00` form.
 * Throws AppError `state_unreadable`.
 */
export function createState(path: string, at: string): void {
  const draft = `${path}.new`;
  try {
    // Left by a process that died while it made one.
    for (const suffix of ["", "-journal"]) rmSync(draft + suffix, { force: true });
    closeSync(openSync(draft, "wx", MODE));
  } catch (cause) {
    throw new AppError("state_unreadable", `${basename(draft)} cannot be written`, { cause });
  }
  const connection = new Connection(draft, {});
  try {
    applyPragmas(connection, { ...CAREFUL, synchronous: 2 });
    migrate(connection, at);
  } finally {
    connection.close();
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** A rename is on the disk only once its folder is. */
export function syncFolder(folder: string): void {
  // Windows cannot open a folder, and needs no such call.
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
