/** Public keys as people give them on a command line. */
import { AppError } from "../errors.js";
import type { PublicKey } from "../model/documents.js";
import { parsePublicKey } from "../protocol/public-key.js";
import { readPublicKeyFile } from "../sign/key-file.js";

/** Base64, `@FILE`, or the path of a .pub file. Throws AppError `bad_public_key`, `bad_key_file`, `unreadable_file`. */
export function readIssuerKey(given: string): PublicKey {
  if (given.startsWith("@")) return readPublicKeyFile(given.slice(1));
  if (given.endsWith(".pub")) return readPublicKeyFile(given);
  try {
    return parsePublicKey(given);
  } catch (cause) {
    throw new AppError("bad_public_key", `${JSON.stringify(given)} is not an Ed25519 public key`, {
      hint: "give the base64 of the key, @FILE, or the path of a .pub file",
      cause,
    });
  }
}
