/** Signature verification under one profile, libsodium's: any other disagrees with the reference on crafted signatures. */
import { createPublicKey, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { createRequire } from "node:module";
import { decodeBase64 } from "./base64.js";
import { BoundedCache } from "./bounded-cache.js";
import { isCanonicalPoint, isCanonicalScalar, isSmallOrderPoint } from "./ed25519-encoding.js";

/** `signature` and `key` are base64. False, never an error, for whatever does not verify. */
export type SignatureVerifier = (message: Uint8Array, signature: string, key: string) => boolean;

interface Sodium {
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean;
}

const sodium = loadSodium();

// Importing a key costs more than half of a verification.
const keyObjects = new BoundedCache<KeyObject>(1024);

/** libsodium itself; null where sodium-native has no build. */
export const verifyWithSodium: SignatureVerifier | null =
  sodium === null
    ? null
    : (message, signature, key) => {
        const parts = decode(signature, key);
        return (
          parts !== null && sodium.crypto_sign_verify_detached(parts.signature, message, parts.key)
        );
      };

/**
 * The runtime's cofactorless verification, behind libsodium's checks. OpenSSL 3.0 lacks most of them and 3.5 has them: the
 * profile must not depend on which one a runtime carries.
 */
export const verifyWithRuntime: SignatureVerifier = (message, signature, key) => {
  const parts = decode(signature, key);
  if (parts === null) return false;
  const r = parts.signature.subarray(0, 32);
  return (
    isCanonicalScalar(parts.signature.subarray(32)) &&
    isStrictPoint(r) &&
    isStrictPoint(parts.key) &&
    verify(null, message, keyObjects.get(key, importKey), parts.signature)
  );
};

/**
 * Whether the base64 `signature` is one of `message` under the base64 `key`: strict base64, 64 and 32 bytes, S below L,
 * A and R canonical and not of small order, the equation without the cofactor (design.md 6).
 */
export const verifySignature: SignatureVerifier = verifyWithSodium ?? verifyWithRuntime;

function decode(signature: string, key: string): { signature: Uint8Array; key: Uint8Array } | null {
  const signatureBytes = decodeBase64(signature, 64);
  const keyBytes = decodeBase64(key, 32);
  return signatureBytes === null || keyBytes === null
    ? null
    : { signature: signatureBytes, key: keyBytes };
}

function isStrictPoint(bytes: Uint8Array): boolean {
  return isCanonicalPoint(bytes) && !isSmallOrderPoint(bytes);
}

/** A JWK is imported many times faster than DER. Bytes off the curve make a key that verifies nothing. */
function importKey(key: string): KeyObject {
  const x = Buffer.from(key, "base64").toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

function loadSodium(): Sodium | null {
  try {
    const loaded: unknown = createRequire(import.meta.url)("sodium-native");
    return isSodium(loaded) ? loaded : null;
  } catch {
    // An optional dependency: absent where it has no build for the platform.
    return null;
  }
}

function isSodium(value: unknown): value is Sodium {
  return (
    typeof value === "object" &&
    value !== null &&
    "crypto_sign_verify_detached" in value &&
    typeof value.crypto_sign_verify_detached === "function"
  );
}
