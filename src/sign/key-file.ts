/** Key files in the reference's text format (protocol.md 2). */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { AppError } from "../errors.js";
import type { PublicKey } from "../model/documents.js";
import { decodeBase64, encodeBase64 } from "../protocol/base64.js";
import { parsePublicKey } from "../protocol/public-key.js";
import { readSecretFile } from "../secret-file.js";
import { PrivateKey } from "./private-key.js";

const SEED_BYTES = 32;
/** A key is 44 characters; the rest of a file can only be comments. */
const MAX_FILE_BYTES = 4096;
const HEADERS = { Private: "# Ed25519 Private Key", Public: "# Ed25519 Public Key" } as const;
const KEY_ID = /^[\x20-\x7e]{1,128}$/;

/** Reads a private key. Throws unreadable_file, key_file_permissions, bad_key_file. No message ever holds a part of the file. */
export function readPrivateKey(path: string): PrivateKey {
  const text = readSecretFile(path, "bad_key_file").toString("latin1");
  const seed = decodeBase64(keyValue(text), SEED_BYTES);
  if (seed === null) {
    throw new AppError(
      "bad_key_file",
      `${path} is not the base64 of a ${SEED_BYTES}-byte Ed25519 seed`,
    );
  }
  try {
    return PrivateKey.fromSeed(seed);
  } finally {
    seed.fill(0);
  }
}

/**
 * Reads a public key. Of a seed half are the encoding of a point too, so the header has to tell.
 * Throws unreadable_file, bad_key_file, bad_public_key.
 */
export function readPublicKeyFile(path: string): PublicKey {
  const text = readKeyFile(path);
  if (text.includes(HEADERS.Private)) {
    throw new AppError("bad_key_file", `${path} holds a private key`, {
      hint: "give the .pub file of the same pair",
    });
  }
  return parsePublicKey(keyValue(text));
}

/**
 * Writes PREFIX.key (0600) and PREFIX.pub (0644), both or neither.
 * Throws key_file_exists when one of them is there, unwritable_file, usage when the key id cannot stand in a comment line.
 */
export function writeKeyPair(
  prefix: string,
  keyId: string,
  key: PrivateKey,
): { readonly privatePath: string; readonly publicPath: string } {
  if (!KEY_ID.test(keyId)) {
    throw new AppError("usage", "a key id is 1 to 128 printable ASCII characters");
  }
  const privatePath = `${prefix}.key`;
  const publicPath = `${prefix}.pub`;
  const seed = key.exportSeed();
  writeNew(privatePath, 0o600, keyText("Private", keyId, encodeBase64(seed)));
  seed.fill(0);
  try {
    writeNew(publicPath, 0o644, keyText("Public", keyId, key.publicKey));
  } catch (error) {
    rmSync(privatePath);
    throw error;
  }
  return { privatePath, publicPath };
}

function keyText(half: keyof typeof HEADERS, keyId: string, value: string): string {
  return `${HEADERS[half]}\n# Key ID: ${keyId}\n${value}\n`;
}

function keyValue(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !line.startsWith("#"))
    .join("");
}

function readKeyFile(path: string): string {
  const fd = open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MAX_FILE_BYTES) {
      throw new AppError("bad_key_file", `${path} is not a key file`);
    }
    return readFileSync(fd, "latin1");
  } finally {
    closeSync(fd);
  }
}

function writeNew(path: string, mode: number, text: string): void {
  const fd = open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    mode,
  );
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } catch (error) {
    rmSync(path);
    throw new AppError("unwritable_file", `${path} cannot be written`, { cause: error });
  } finally {
    closeSync(fd);
  }
}

function open(path: string, flags: number, mode?: number): number {
  try {
    return openSync(path, flags, mode);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") {
      throw new AppError("key_file_exists", `${path} already exists`, { cause });
    }
    if ((flags & constants.O_CREAT) === 0) {
      throw new AppError("unreadable_file", `${path} cannot be opened`, { cause });
    }
    throw new AppError("unwritable_file", `${path} cannot be made`, {
      hint: "make its folder first, and check that you may write there",
      cause,
    });
  }
}
