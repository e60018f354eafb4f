/** Ed25519 public keys: refused where they are made, so that nothing later meets a weak one. */
import { Point } from "@noble/ed25519";
import { AppError } from "../errors.js";
import type { PublicKey } from "../model/documents.js";
import { decodeBase64 } from "./base64.js";
import { BoundedCache } from "./bounded-cache.js";
import { isCanonicalPoint, isSmallOrderPoint } from "./ed25519-encoding.js";

// Finding the point costs about a millisecond; a repository names the same few keys again and again.
const checked = new BoundedCache<PublicKey>(4096);

/**
 * Reads the standard base64 of a 32-byte key. Throws AppError `bad_public_key` unless it is the one spelling of a point
 * that lies on the curve and is not of small order (RFC 8032 5.1.3).
 */
export function parsePublicKey(text: string): PublicKey {
  return checked.get(text, check);
}

function check(text: string): PublicKey {
  const bytes = decodeBase64(text, 32);
  if (bytes === null) throw badKey(text, "is not the standard base64 of 32 bytes");
  if (!isCanonicalPoint(bytes)) throw badKey(text, "is not the canonical encoding of a point");
  if (isSmallOrderPoint(bytes))
    throw badKey(text, "is a point of small order: anyone can sign for it");
  try {
    Point.fromBytes(bytes);
  } catch (cause) {
    throw badKey(text, "is not a point of the curve", cause);
  }
  return asPublicKey(text);
}

function badKey(text: string, why: string, cause?: unknown): AppError {
  return new AppError(
    "bad_public_key",
    `the public key ${JSON.stringify(text.slice(0, 64))} ${why}`,
    { cause },
  );
}

function asPublicKey(text: string): PublicKey {
  return text as PublicKey;
}
