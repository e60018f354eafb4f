/** What an operator signs: a request in the canonical form of protocol.md 7. */
import type { JsonObject } from "../model/json.js";
import { canonicalJson } from "./canonical.js";

export interface SignedRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: Query;
  /** The public key of the authority that is asked. */
  readonly audience: string;
  readonly body: JsonObject;
  readonly keyId: string;
  readonly nonce: string;
  /** As it was sent. */
  readonly timestamp: string;
}

/** Each name with its values in the order in which they were sent. */
export type Query = Readonly<Record<string, readonly string[]>>;

/** Version 2. Throws AppError `lone_surrogate` for what no client can have signed. */
export function signedBytes(request: SignedRequest): Uint8Array {
  const { method, path, query, audience, body, keyId, nonce, timestamp } = request;
  return bytesOf({ audience, body, key_id: keyId, method, nonce, path, query, timestamp, v: 2 });
}

/** Version 1: neither method nor path, query or audience. Throws as `signedBytes`. */
export function legacySignedBytes(request: SignedRequest): Uint8Array {
  const { body, keyId, nonce, timestamp } = request;
  return bytesOf({ body, key_id: keyId, nonce, timestamp });
}

function bytesOf(value: JsonObject): Uint8Array {
  return Buffer.from(canonicalJson(value), "latin1");
}
