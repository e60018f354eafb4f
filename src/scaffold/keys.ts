/** The three key pairs of a new sovereign. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeKeyPair } from "../sign/key-file.js";
import { PrivateKey } from "../sign/private-key.js";

const SEED_BYTES = 32;

export interface NewKeys {
  readonly authority: PrivateKey;
  readonly operatorRoot: PrivateKey;
  /** Signs the genesis, and is then moved away from the machine. */
  readonly root: PrivateKey;
}

/** Where the private halves stand. */
export interface KeyPaths {
  readonly authority: string;
  readonly operatorRoot: string;
  readonly root: string;
}

/** `random(n)` gives n bytes that nobody can guess. */
export function makeKeys(random: (bytes: number) => Uint8Array): NewKeys {
  return {
    authority: PrivateKey.fromSeed(random(SEED_BYTES)),
    operatorRoot: PrivateKey.fromSeed(random(SEED_BYTES)),
    root: PrivateKey.fromSeed(random(SEED_BYTES)),
  };
}

export function keyPaths(folder: string): KeyPaths {
  return {
    authority: join(folder, "authority.key"),
    operatorRoot: join(folder, "operator-root.key"),
    root: join(folder, "root.key"),
  };
}

/** Writes all pairs or none. Throws key_file_exists, unwritable_file. */
export function writeKeys(folder: string, keys: NewKeys): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pairs = [
    ["authority", keys.authority],
    ["operator-root", keys.operatorRoot],
    ["root", keys.root],
  ] as const;
  const written: string[] = [];
  try {
    for (const [name, key] of pairs) {
      const { privatePath, publicPath } = writeKeyPair(join(folder, name), name, key);
      written.push(privatePath, publicPath);
    }
  } catch (error) {
    for (const path of written) rmSync(path);
    throw error;
  }
}

/** Takes back what `writeKeys` wrote. */
export function removeKeys(folder: string): void {
  const { authority, operatorRoot, root } = keyPaths(folder);
  for (const path of [authority, operatorRoot, root]) {
    rmSync(path, { force: true });
    rmSync(path.replace(/\.key$/, ".pub"), { force: true });
  }
}
