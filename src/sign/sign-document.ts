/** Signs a document's body with one of our own keys. */
import type { DocumentBody, Verified } from "../model/documents.js";
import { signedBytes } from "../protocol/documents.js";
import type { PrivateKey } from "./private-key.js";

/** The signed document (protocol.md 2): its canonical bytes signed by `key`, labelled `keyId`. */
export function signDocument<T extends DocumentBody>(
  body: T,
  keyId: string,
  key: PrivateKey,
): Verified<T> {
  return {
    body,
    signatures: [{ key_id: keyId, sig: key.sign(signedBytes(body)) }],
  } as unknown as Verified<T>;
}
