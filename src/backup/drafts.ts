/** Backups that are being written, and what a killed one has left behind. */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppError } from "../errors.js";
import type { BackupManifest } from "../model/backup.js";
import { digestOfFile, syncFolder } from "./files.js";
import { MANIFEST_SUFFIX } from "./manifest.js";
import { readManifest } from "./verify.js";

/** One backup is written to a folder at a time: what else stands there as a draft was left by one that died. */
export const LOCK = ".concordat-backup";

const PREFIX = ".concordat-draft-";
/** SQLite's own journal of the copy, too. */
const SUFFIXES = ["", "-journal", MANIFEST_SUFFIX];

export interface Draft {
  readonly file: string;
  readonly manifest: string;
  remove(): void;
}

/** Where the backup `output`, a path without links, is written before it holds. */
export function draftOf(output: string): Draft {
  const file = join(dirname(output), PREFIX + basename(output));
  return {
    file,
    manifest: file + MANIFEST_SUFFIX,
    remove: () => {
      for (const suffix of SUFFIXES) rmSync(file + suffix, { force: true });
    },
  };
}

/**
 * Clears up after backups that were killed, under the folder's lock: one that had only its last name left to be given gets it,
 * every other draft is removed. That of `output` is always removed, for it is about to be made anew.
 */
export function settleDrafts(folder: string, output: string | null): void {
  const names = new Set(
    readdirSync(folder)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => nameOf(name.slice(PREFIX.length))),
  );
  for (const name of names) {
    const final = join(folder, name);
    const draft = draftOf(final);
    if (final !== output && !existsSync(final)) finish(draft, final);
    draft.remove();
  }
  if (names.size > 0) syncFolder(folder);
}

function nameOf(name: string): string {
  const suffix = SUFFIXES.findLast((candidate) => candidate !== "" && name.endsWith(candidate));
  return suffix === undefined ? name : name.slice(0, -suffix.length);
}

function finish(draft: Draft, final: string): void {
  const isWaiting = existsSync(draft.manifest);
  const manifest = manifestOf(draft.file, isWaiting ? draft.manifest : final + MANIFEST_SUFFIX);
  if (manifest === null || !existsSync(draft.file)) return;
  if (digestOfFile(draft.file).sha256 !== manifest.sha256) return;
  if (isWaiting) renameSync(draft.manifest, final + MANIFEST_SUFFIX);
  renameSync(draft.file, final);
}

function manifestOf(file: string, manifestFile: string): BackupManifest | null {
  try {
    return readManifest(file, manifestFile);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
