/** Reads what a webhook is signed with, or where it goes, out of a file. */
import { AppError } from "../errors.js";
import { decodeBase64 } from "../protocol/base64.js";
import { readSecretFile } from "../secret-file.js";

const MIN_BYTES = 16;
const PREFIX = "whsec_";
const LINE = /^[!-~](?:[ -~]*[!-~])?$/;

/**
 * The secret in a file: `whsec_` and base64 as Standard Webhooks writes it, or else the line itself, as git hosts take it.
 * Throws bad_secret_file, key_file_permissions, unreadable_file.
 */
export function readWebhookSecret(path: string): Uint8Array {
  const line = readSecretLine(path);
  const secret = line.startsWith(PREFIX) ? decoded(line.slice(PREFIX.length)) : Buffer.from(line);
  if (secret === null) {
    throw new AppError("bad_secret_file", `what follows ${PREFIX} in ${path} is not base64`);
  }
  if (secret.length < MIN_BYTES) {
    throw new AppError(
      "bad_secret_file",
      `the secret in ${path} is shorter than ${MIN_BYTES} bytes`,
    );
  }
  return secret;
}

/** The only line of a file that holds a secret. Throws bad_secret_file, key_file_permissions, unreadable_file. */
export function readSecretLine(path: string): string {
  const line = readSecretFile(path, "bad_secret_file")
    .toString("latin1")
    .replace(/\r?\n$/, "");
  if (LINE.test(line)) return line;
  throw new AppError("bad_secret_file", `${path} is not one line of printable ASCII`);
}

function decoded(text: string): Uint8Array | null {
  return decodeBase64(text, Buffer.from(text, "base64").length);
}
