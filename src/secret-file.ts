/** Reads files that hold a secret, and only those that nobody else may read. */
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { AppError } from "./errors.js";

/** A secret is a line or two; the rest of a file can only be comments. */
const MAX_FILE_BYTES = 4096;
const USABLE_BY_OTHERS = 0o077;
/** The group's bits of a file with an access list show the list's mask, which is not what the group may do. */
const USABLE_BESIDE_ACCESS_LIST = 0o037;

/**
 * The bytes of a secret's file. A symbolic link is not followed, so that nobody can point the path at another file.
 * Throws key_file_permissions, unreadable_file, and `malformed` for what cannot be such a file. No message holds a part of it.
 */
export function readSecretFile(
  path: string,
  malformed: "bad_key_file" | "bad_secret_file",
): Buffer {
  const fd = open(path, malformed);
  try {
    // Of the open file, not of the path: what is checked is what is read.
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MAX_FILE_BYTES) {
      throw new AppError(malformed, `${path} is not a file of at most ${MAX_FILE_BYTES} bytes`);
    }
    refuseOthers(path, stat.mode);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function refuseOthers(path: string, mode: number): void {
  if (process.platform === "win32") return;
  const refused = isServiceCredential(path) ? USABLE_BESIDE_ACCESS_LIST : USABLE_BY_OTHERS;
  if ((mode & refused) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  throw new AppError(
    "key_file_permissions",
    `${path} has mode ${octal}: others than its owner may use it`,
    { hint: `chmod 600 ${path}` },
  );
}

/**
 * systemd hands credentials to the user of a service by an access list, which shows as mode 0440 (systemd issue 29435).
 * Nobody but that user can enter their folder.
 */
function isServiceCredential(path: string): boolean {
  const credentials = process.env["CREDENTIALS_DIRECTORY"];
  if (credentials === undefined || credentials === "") return false;
  try {
    return realpathSync(dirname(path)) === realpathSync(credentials);
  } catch {
    return false;
  }
}

function open(path: string, malformed: "bad_key_file" | "bad_secret_file"): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ELOOP") {
      const hint = "name the file itself";
      throw new AppError(malformed, `${path} is a symbolic link`, { hint, cause });
    }
    throw new AppError("unreadable_file", `${path} cannot be opened`, { cause });
  }
}
