/** Keys that a test can make again from a label. They sign nothing but tests. */
import { createHash } from "node:crypto";
import { PrivateKey } from "../../src/sign/private-key.js";

const known = new Map<string, PrivateKey>();

/** The key pair of a label. */
export function keyOf(label: string): PrivateKey {
  const key =
    known.get(label) ??
    PrivateKey.fromSeed(createHash("sha256").update(`concordat test key: ${label}`).digest());
  known.set(label, key);
  return key;
}
