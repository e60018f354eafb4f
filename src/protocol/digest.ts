/** SHA-256 digests of bytes and of JSON values. */
import { hash } from "node:crypto";
import type { JsonValue } from "../model/json.js";
import type { Digest } from "../model/state.js";
import { canonicalJson } from "./canonical.js";

/** Digest of bytes, or of the UTF-8 of a text. */
export function sha256(text: string | Uint8Array): Digest {
  return `sha256:${hash("sha256", text)}`;
}

/** Digest of a value's canonical JSON, so that key order never changes it. Throws as `canonicalJson`. */
export function digestOf(value: JsonValue): Digest {
  return sha256(canonicalJson(value));
}
