/** The key that signs for the authority, as it is at this moment. */
import { assertAuthorityKey } from "../sign/authority-key.js";
import type { PrivateKey } from "../sign/private-key.js";
import type { Situation } from "./outcome.js";

/** Throws AppError `authority_key_mismatch`, and as the key's reader does. */
export function authorityKey({ authority, key: read }: Situation): PrivateKey {
  const key = read();
  assertAuthorityKey(key, authority.publicKey);
  return key;
}
