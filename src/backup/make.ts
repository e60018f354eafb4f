/** Makes a backup: an online copy that was read back and holds, and its signed manifest; both appear whole or not at all. */
import { existsSync, lstatSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppError } from "../errors.js";
import { BACKUP_FORMAT, type VerifiedBackup } from "../model/backup.js";
import type { LogSigner } from "../model/log.js";
import type { Instant } from "../model/time.js";
import { encodeBase64 } from "../protocol/base64.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import { signCheckpoint } from "../protocol/log/checkpoint.js";
import { logOrigin } from "../protocol/log/origin.js";
import { vkeyOf } from "../protocol/log/vkey.js";
import { assertAuthorityKey } from "../sign/authority-key.js";
import { copyState } from "../state/backup/copy.js";
import { reachedBy } from "../state/backup/read.js";
import { WriterLock } from "../state/lock.js";
import { openState } from "../state/open.js";
import { readContents, type BackupContents } from "./contents.js";
import { digestOfFile, makePrivateFile, syncFile, syncFolder } from "./files.js";
import { formatManifest, MANIFEST_SUFFIX, signManifest, verifyManifest } from "./manifest.js";
import { draftOf, LOCK, settleDrafts, type Draft } from "./drafts.js";
import { readManifest } from "./verify.js";

const WRITABLE_BY_ANYONE = 0o002;
/** In a folder with this bit everybody can remove and rename their own files only. */
const STICKY = 0o1000;

export interface BackupOptions {
  readonly db: string;
  readonly output: string;
  /** The authority's key. */
  readonly signer: LogSigner;
  readonly now: Instant;
  /** The log's escrow: what is backed up must go at least as far. */
  readonly escrow: string;
  /** Whether an earlier backup of the same authority may be replaced. */
  readonly force: boolean;
  /** Told to another process that wants to write to the same folder. */
  readonly holder: string;
}

/**
 * Needs no lock of the state, and holds up nobody who writes it. Killed at any step, no file stands under the name of `output`
 * without the manifest that was signed for it, and the next backup to this folder clears up.
 * Throws AppError `file_exists`, `unwritable_file`, `lock_held` for another backup to this folder, `authority_key_mismatch`,
 * `state_missing`, `state_foreign`, `state_newer`, `state_corrupt`, `state_unreadable`, `log_broken`, and those of the escrow.
 */
export function makeBackup(options: BackupOptions): VerifiedBackup {
  const { db, signer, now, escrow, force, holder } = options;
  const sovereignId = checkAuthority(db, signer);
  // Before the copy: what is committed later goes further.
  const reached = reachedBy(escrow);
  const output = placeOf(options.output);
  const folder = dirname(output);
  const lock = lockFolder(folder, holder, now);
  try {
    checkReplaceable(output, sovereignId, force);
    settleDrafts(folder, output);
    const draft = draftOf(output);
    try {
      makePrivateFile(draft.file);
      copyState(db, draft.file);
      syncFile(draft.file);
      const backup = describe(readContents(draft.file, now, reached), draft, signer, now);
      makePrivateFile(draft.manifest, formatManifest(backup.manifest));
      checkReplaceable(output, sovereignId, force);
      putInPlace(draft, output);
      return backup;
    } finally {
      draft.remove();
    }
  } finally {
    lock.release();
  }
}

/** Asked before the copy, which takes longer. */
function checkAuthority(db: string, signer: LogSigner): string {
  const reader = openState(db);
  try {
    const authority = reader.authority();
    if (authority === null)
      throw new AppError("state_missing", "nothing was applied to this state yet", {
        hint: "apply a plan first: there is nothing to back up",
      });
    assertAuthorityKey(signer, authority.publicKey);
    return authority.sovereignId;
  } finally {
    reader.close();
  }
}

/** Without symbolic links on the way; the last part is looked at when it is written. */
function placeOf(output: string): string {
  const name = basename(output);
  if (name.endsWith(MANIFEST_SUFFIX) || name.length > 180)
    throw new AppError("usage", `a backup cannot be called ${name}`);
  const folder = dirname(output);
  try {
    checkFolder(folder);
    return join(realpathSync(folder), name);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("unwritable_file", `there is no folder ${folder}`, {
      hint: "make the folder first, with mode 0700",
      cause,
    });
  }
}

/** What keeps a lock from being taken there is the folder's fault, and says nothing of the state. */
function lockFolder(folder: string, holder: string, now: Instant): WriterLock {
  try {
    return WriterLock.acquire(join(folder, LOCK), holder, toOffsetForm(fromInstant(now)));
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== "state_unreadable") throw cause;
    throw new AppError("unwritable_file", `the folder ${folder} cannot be written`, { cause });
  }
}

/** Whoever may rename in a folder may put another file in a backup's place. */
function checkFolder(folder: string): void {
  const { mode } = statSync(folder);
  if (process.platform === "win32" || (mode & (WRITABLE_BY_ANYONE | STICKY)) !== WRITABLE_BY_ANYONE)
    return;
  throw new AppError("unwritable_file", `anyone on this machine may replace files in ${folder}`, {
    hint: `chmod o-w ${folder}`,
  });
}

/** Throws AppError `file_exists` for all but an earlier backup of the same authority that may be replaced. */
function checkReplaceable(output: string, sovereignId: string, force: boolean): void {
  const found = [output, output + MANIFEST_SUFFIX].filter(
    (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
  );
  if (found.length === 0) return;
  const isWhole = found.length === 2;
  if (isWhole && !force)
    throw new AppError("file_exists", `${output} exists already`, {
      hint: "give another name; --force replaces an earlier backup of this authority",
    });
  // A manifest alone is the trace of a backup that was killed at its last step.
  if (!existsSync(output + MANIFEST_SUFFIX) || !isOurs(output, sovereignId))
    throw new AppError("file_exists", `${found.join(" and ")} is no backup of ${sovereignId}`, {
      hint: "give another name: what is no backup of this authority is never replaced",
    });
}

function isOurs(output: string, sovereignId: string): boolean {
  try {
    const stat = lstatSync(output, { throwIfNoEntry: false });
    const manifest = readManifest(output);
    verifyManifest(manifest, null);
    return stat?.isFile() !== false && manifest.sovereign_id === sovereignId;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function describe(
  contents: BackupContents,
  draft: Draft,
  signer: LogSigner,
  now: Instant,
): VerifiedBackup {
  const { authority, epoch, generation, schema, head, counts, signatures } = contents;
  assertAuthorityKey(signer, authority.publicKey);
  const origin = head.origin ?? logOrigin(authority.sovereignId);
  const body = {
    format: BACKUP_FORMAT,
    authority: authority.name,
    sovereign_id: authority.sovereignId,
    epoch,
    generation,
    schema,
    log: {
      origin,
      size: head.size,
      root: encodeBase64(head.root),
      // Of this very head: the one in the state may be behind, or by an earlier key.
      checkpoint: signCheckpoint(head, origin, signer),
    },
    ...digestOfFile(draft.file),
    created_at: fromInstant(now),
    vkey: vkeyOf(origin, signer.publicKey),
  } as const;
  return { manifest: signManifest(body, signer), counts, signatures };
}

/**
 * The manifest goes first and the file last, so that the file never stands there without it. Each name is on the disk before
 * the next is given.
 */
function putInPlace(draft: Draft, output: string): void {
  const folder = dirname(output);
  try {
    rmSync(output, { force: true });
    renameSync(draft.manifest, output + MANIFEST_SUFFIX);
    syncFolder(folder);
    renameSync(draft.file, output);
  } catch (cause) {
    throw new AppError("unwritable_file", `${output} cannot be written`, { cause });
  }
  syncFolder(folder);
}
