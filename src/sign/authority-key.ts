/** The authority's private key, from the file that the settings name. */
import { existsSync } from "node:fs";
import { AppError } from "../errors.js";
import { readPrivateKey } from "./key-file.js";
import type { PrivateKey } from "./private-key.js";

/** Throws AppError `authority_key_missing`, and the codes of `readPrivateKey`. */
export function readAuthorityKey(path: string): PrivateKey {
  if (!existsSync(path)) throw new AppError("authority_key_missing", `${path} does not exist`);
  return readPrivateKey(path);
}
