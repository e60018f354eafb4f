/** Whether a backup is whole, unaltered and of the authority it says: asked before it is kept, and before it is restored. */
import { basename } from "node:path";
import { AppError } from "../errors.js";
import type { BackupManifest, VerifiedBackup } from "../model/backup.js";
import type { PublicKey } from "../model/documents.js";
import { encodeBase64 } from "../protocol/base64.js";
import { toInstant } from "../protocol/instant.js";
import { verifyCheckpoint } from "../protocol/log/checkpoint.js";
import { readContents, type BackupContents } from "./contents.js";
import { digestOfFile, readSmall } from "./files.js";
import { MANIFEST_SUFFIX, manifestKey, parseManifest, verifyManifest } from "./manifest.js";

/** A manifest has about a kilobyte. */
const MAX_MANIFEST_BYTES = 65_536;

export interface VerifyBackupOptions {
  /** Who may have signed the manifest; null: whoever it names, which does not prove whose backup it is. */
  readonly keys: readonly PublicKey[] | null;
  /** Whose backup is expected; null: anybody's. */
  readonly sovereignId: string | null;
  /** Where its manifest stands. Default: beside it. */
  readonly manifestFile?: string;
}

/** The manifest beside a backup, read and not yet verified. Throws AppError `bad_backup`. */
export function readManifest(
  file: string,
  manifestFile: string = file + MANIFEST_SUFFIX,
): BackupManifest {
  const bytes = readSmall(manifestFile, MAX_MANIFEST_BYTES);
  if (bytes !== null) return parseManifest(bytes);
  throw refused(file, "it has no manifest that can be read", "manifest_missing", {
    hint: `a backup is two files: keep ${basename(manifestFile)} beside it`,
  });
}

/**
 * Reads the backup and its manifest through: signature of the manifest, size and digest of the file, schema word for word,
 * pages, references, every signed document, the log recomputed. Writes nothing. The file may be hostile: where it comes from
 * elsewhere, use `verifyBackupApart` (apart.ts). Throws AppError `bad_backup`, whose `details.reason` says which of them failed, and
 * `unreadable_file`.
 */
export function verifyBackup(file: string, options: VerifyBackupOptions): VerifiedBackup {
  const manifest = readManifest(file, options.manifestFile);
  verifyManifest(manifest, options.keys);
  const { sovereign_id: sovereignId } = manifest;
  if (options.sovereignId !== null && options.sovereignId !== sovereignId)
    throw refused(
      file,
      `it is of ${sovereignId}, not of ${options.sovereignId}`,
      "wrong_authority",
    );
  checkBytes(file, manifest);
  const contents = contentsOf(file, manifest);
  // SQLite opens a file by its name: what was read must still be what was hashed.
  checkBytes(file, manifest);
  checkClaims(file, manifest, contents);
  return { manifest, counts: contents.counts, signatures: contents.signatures };
}

function checkBytes(file: string, manifest: BackupManifest): void {
  const found = digestOfFile(file);
  if (found.bytes !== manifest.bytes)
    throw refused(
      file,
      `it has ${found.bytes} bytes, and its manifest says ${manifest.bytes}`,
      "digest",
    );
  if (found.sha256 !== manifest.sha256)
    throw refused(file, "it is not the file that its manifest was signed for", "digest");
}

function contentsOf(file: string, manifest: BackupManifest): BackupContents {
  try {
    return readContents(file, toInstant(manifest.created_at), null);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw refused(file, cause.message, cause.code, {
      cause,
      ...(cause.code === "state_newer" && { hint: cause.hint }),
    });
  }
}

/** A manifest says in few words what stands in the file, and people and programs go by it. */
function checkClaims(file: string, manifest: BackupManifest, contents: BackupContents): void {
  const { authority, head } = contents;
  const { log } = manifest;
  const claims: readonly (readonly [string, boolean])[] = [
    ["authority", manifest.authority === authority.name],
    ["sovereign_id", manifest.sovereign_id === authority.sovereignId],
    ["vkey", manifestKey(manifest) === authority.publicKey],
    ["epoch", manifest.epoch === contents.epoch],
    ["generation", manifest.generation === contents.generation],
    ["schema", manifest.schema === contents.schema],
    ["log.origin", head.origin === null || log.origin === head.origin],
    ["log.size", log.size === head.size],
    ["log.root", log.root === encodeBase64(head.root)],
    ["log.checkpoint", isCheckpointOf(manifest)],
  ];
  const wrong = claims.filter(([, holds]) => !holds).map(([name]) => name);
  if (wrong.length === 0) return;
  throw refused(file, `its manifest says otherwise than the file: ${wrong.join(", ")}`, "claims");
}

function isCheckpointOf({ log, vkey }: BackupManifest): boolean {
  try {
    const { size, root } = verifyCheckpoint(log.checkpoint, vkey, log.origin);
    return size === log.size && encodeBase64(root) === log.root;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function refused(
  file: string,
  why: string,
  reason: string,
  { hint, cause }: { readonly hint?: string; readonly cause?: AppError } = {},
): AppError {
  return new AppError("bad_backup", `${basename(file)} is no backup to rely on: ${why}`, {
    details: { reason },
    cause,
    ...(hint !== undefined && { hint }),
  });
}
