/** The key that signs for the authority, as it is at this moment. */
import { AppError } from "../errors.js";
import type { PrivateKey } from "../sign/private-key.js";
import type { Situation } from "./outcome.js";

/** Throws AppError `authority_key_mismatch`, and as the key's reader does. */
export function authorityKey({ authority, key: read }: Situation): PrivateKey {
  const key = read();
  if (key.publicKey === authority.publicKey) return key;
  throw new AppError(
    "authority_key_mismatch",
    `the key signs as ${key.publicKey}; the authority's is ${authority.publicKey}`,
  );
}
