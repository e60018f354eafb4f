/** The authority's private key, from the file that the settings name. */
import { existsSync } from "node:fs";
import { AppError } from "../errors.js";
import type { PublicKey } from "../model/documents.js";
import { readPrivateKey } from "./key-file.js";
import type { PrivateKey } from "./private-key.js";

/** Throws AppError `authority_key_missing`, and the codes of `readPrivateKey`. */
export function readAuthorityKey(path: string): PrivateKey {
  if (!existsSync(path)) throw new AppError("authority_key_missing", `${path} does not exist`);
  return readPrivateKey(path);
}

/** It must be the one that the genesis names, or what it signs is worthless to others. Throws AppError `authority_key_mismatch`. */
export function assertAuthorityKey(
  { publicKey }: Pick<PrivateKey, "publicKey">,
  authority: PublicKey,
): void {
  if (publicKey === authority) return;
  throw new AppError(
    "authority_key_mismatch",
    `the key signs as ${publicKey}; the genesis names ${authority} as network authority`,
  );
}
