/** The key that takes a compromised one's place: its public half from a file, or a pair made beside the others. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.js";
import { successorOf, type Replacement } from "../incident/key-compromise/branch.js";
import { readPublicKeyFile, writeKeyPair } from "../sign/key-file.js";
import { PrivateKey } from "../sign/private-key.js";
import { makeFolder } from "./files.js";

interface Asked {
  readonly replacement: string | undefined;
  readonly generate: boolean;
  readonly "replacement-id": string | undefined;
  readonly operator: string | undefined;
}

/**
 * Null when none is asked for. A pair that an earlier run has made is the one. Throws AppError `usage` for an id that is the old
 * one's, and as the readers and writers of key files.
 */
export function replacementKey(keyId: string, keysDir: string, asked: Asked): Replacement | null {
  const { replacement, generate, operator } = asked;
  const next = asked["replacement-id"] ?? successorOf(keyId);
  if (next === keyId)
    throw new AppError("usage", "--replacement-id must differ from the old key's");
  const holder = operator ?? null;
  if (replacement !== undefined)
    return { publicKey: readPublicKeyFile(replacement), keyId: next, holder };
  if (!generate) return null;
  const prefix = join(keysDir, next.replaceAll(/[^A-Za-z0-9._-]/g, "_"));
  if (!existsSync(`${prefix}.pub`)) {
    makeFolder(keysDir);
    writeKeyPair(prefix, next, PrivateKey.fromSeed(randomBytes(32)));
  }
  return { publicKey: readPublicKeyFile(`${prefix}.pub`), keyId: next, holder };
}
