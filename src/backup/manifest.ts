/** The signed manifest of a backup: written, read and verified. Pure. */
import { AppError } from "../errors.js";
import { BACKUP_FORMAT, type BackupManifest } from "../model/backup.js";
import type { PublicKey } from "../model/documents.js";
import { canonicalJson } from "../protocol/canonical.js";
import { Fields } from "../protocol/document-fields.js";
import { verifySignature } from "../protocol/ed25519.js";
import { parseJson } from "../protocol/json.js";
import { parseVkey } from "../protocol/log/note.js";

/** Beside its backup, so that the two are listed together. */
export const MANIFEST_SUFFIX = ".manifest.json";

/** Keeps a signature of a manifest from being one of anything else. */
const DOMAIN = "concordat/backup/v1\n";
const HEX_DIGEST = /^[0-9a-f]{64}$/;

type Unsigned = Omit<BackupManifest, "signature">;

interface Signer {
  readonly publicKey: PublicKey;
  sign(bytes: Uint8Array): string;
}

/** `body.vkey` must name the signer's key. */
export function signManifest(body: Unsigned, signer: Signer): BackupManifest {
  return { ...body, signature: signer.sign(signedBytes(body)) };
}

/** The bytes of a manifest's file: one line of canonical JSON. */
export function formatManifest(manifest: BackupManifest): string {
  return `${canonicalJson({ ...manifest, log: { ...manifest.log } })}\n`;
}

/**
 * Reads the bytes of a manifest's file, which are the only ones that this manifest has. Nothing is verified yet.
 * Throws AppError `bad_backup`.
 */
export function parseManifest(bytes: Uint8Array): BackupManifest {
  const manifest = read(bytes);
  if (Buffer.from(formatManifest(manifest)).equals(bytes)) return manifest;
  throw badManifest("it is not written as manifests are");
}

/** The key that a manifest says has signed it. Throws AppError `bad_backup`. */
export function manifestKey(manifest: BackupManifest): PublicKey {
  try {
    return parseVkey(manifest.vkey).publicKey;
  } catch (cause) {
    throw badManifest("its key cannot be read", cause);
  }
}

/**
 * Throws AppError `bad_backup` unless one of `keys` is the one that the manifest names, and has signed it. Null: the one it
 * names counts, which proves that nothing was altered by somebody without that key, and not whose the key is.
 */
export function verifyManifest(manifest: BackupManifest, keys: readonly PublicKey[] | null): void {
  const key = manifestKey(manifest);
  if (keys !== null && !keys.includes(key))
    throw new AppError("bad_backup", `the manifest is signed by ${key}, not by the key expected`, {
      hint: "it is another authority's backup, or of an earlier key: give that key to take it",
      details: { reason: "wrong_key", key },
    });
  const { signature, ...body } = manifest;
  if (verifySignature(signedBytes(body), signature, key)) return;
  throw new AppError("bad_backup", "the manifest's signature does not hold", {
    details: { reason: "signature", key },
  });
}

function signedBytes(body: Unsigned): Uint8Array {
  return Buffer.from(DOMAIN + canonicalJson({ ...body, log: { ...body.log } }));
}

function read(bytes: Uint8Array): BackupManifest {
  try {
    const fields = new Fields(parseJson(bytes));
    const log = fields.fields("log");
    if (fields.text("format") !== BACKUP_FORMAT)
      throw fields.fault("format", `expected ${BACKUP_FORMAT}`);
    if (!HEX_DIGEST.test(fields.text("sha256"))) throw fields.fault("sha256", "expected a SHA-256");
    return {
      format: BACKUP_FORMAT,
      authority: fields.text("authority"),
      sovereign_id: fields.text("sovereign_id"),
      epoch: count(fields, "epoch"),
      generation: count(fields, "generation"),
      schema: count(fields, "schema"),
      log: {
        origin: log.text("origin"),
        size: count(log, "size"),
        root: log.text("root"),
        checkpoint: log.text("checkpoint"),
      },
      sha256: fields.text("sha256"),
      bytes: count(fields, "bytes"),
      created_at: fields.time("created_at"),
      vkey: fields.text("vkey"),
      signature: fields.text("signature"),
    };
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw badManifest(cause.message, cause);
  }
}

function count(fields: Fields, key: string): number {
  const value = fields.count(key);
  if (typeof value === "number") return value;
  throw fields.fault(key, "expected an integer under 2^53");
}

function badManifest(why: string, cause?: unknown): AppError {
  const details = { reason: "bad_manifest" };
  return new AppError("bad_backup", `the manifest cannot be read: ${why}`, { details, cause });
}
