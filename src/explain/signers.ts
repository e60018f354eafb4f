/** Whose signatures a stored document carries. */
import type { DocumentBody, Unverified } from "../model/documents.js";
import { signedBytes } from "../protocol/documents.js";
import { verifySignature } from "../protocol/ed25519.js";
import type { Signer } from "./story.js";

/** Each signature with the one of `keys` that made it. */
export function signersOf(
  document: Unverified<DocumentBody>,
  keys: readonly string[],
): readonly Signer[] {
  const message = signedBytes(document.body);
  return document.signatures.map(({ key_id, sig }) => ({
    key_id,
    public_key: keys.find((key) => verifySignature(message, sig, key)) ?? null,
  }));
}
