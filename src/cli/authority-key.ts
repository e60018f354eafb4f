/** Whether the key that the settings name is the one that is served. */
import { existsSync } from "node:fs";
import { AppError } from "../errors.js";
import type { AuthorityRecord } from "../model/state.js";
import { readAuthorityKey } from "../sign/authority-key.js";

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
    {
      hint: "use that key; to go over to this one, apply its genesis first: concordat reconcile --once",
    },
  );
}
