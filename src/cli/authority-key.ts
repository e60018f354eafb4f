/** The authority's private key, from where the settings say it is. */
import { existsSync } from "node:fs";
import { AppError } from "../errors.js";
import type { AuthorityRecord } from "../model/state.js";
import { readPrivateKey } from "../sign/key-file.js";
import type { PrivateKey } from "../sign/private-key.js";

/** Throws AppError `authority_key_missing`, and the codes of `readPrivateKey`. */
export function readAuthorityKey(path: string): PrivateKey {
  if (!existsSync(path)) throw new AppError("authority_key_missing", `${path} does not exist`);
  return readPrivateKey(path);
}

/**
 * A service whose key is not the one that its genesis names must not start (protocol.md 3). A key file that was named must
 * be there; the default one may be elsewhere, for serving signs nothing. Throws AppError `authority_key_mismatch`.
 */
export function assertServingKey(
  path: string,
  isNamed: boolean,
  authority: AuthorityRecord | null,
): void {
  if (authority === null || (!isNamed && !existsSync(path))) return;
  const { publicKey } = readAuthorityKey(path);
  if (publicKey === authority.publicKey) return;
  throw new AppError(
    "authority_key_mismatch",
    `the key signs as ${publicKey}; the genesis names ${authority.publicKey}`,
  );
}
