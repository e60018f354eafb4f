/** The floor of the signature rows: the runtime's own Ed25519 with cached keys and no checks around it. */
import { createPublicKey, generateKeyPairSync, verify, type KeyObject } from "node:crypto";

const { privateKey } = generateKeyPairSync("ed25519");
const keys = new Map<string, KeyObject>();

function publicKey(base64: string): KeyObject {
  const known = keys.get(base64);
  if (known !== undefined) return known;
  const x = Buffer.from(base64, "base64").toString("base64url");
  const made = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  keys.set(base64, made);
  return made;
}

export const verifyRuntimeOnly = {
  privateKey,
  verify: (message: Uint8Array, signature: string, key: string): boolean =>
    verify(null, message, publicKey(key), Buffer.from(signature, "base64")),
};
