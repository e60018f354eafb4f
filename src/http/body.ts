/** The bytes of a text in parts, and their validator: made with pauses, because a body may have tens of megabytes. */
import { createHash } from "node:crypto";
import type { Part, Parts } from "../connectome/json.js";

export interface Body {
  readonly bytes: Buffer;
  /** Quoted, strong: the SHA-256 of exactly these bytes. */
  readonly etag: string;
}

/** Text is encoded, hashed and copied in pieces of about this size. */
const PIECE = 1 << 16;

/** Parts that have their bytes already are copied. In the end every part has its place in this body as its bytes. */
export function* encodeBody(parts: Parts): Generator<void, Body> {
  const hash = createHash("sha256");
  const pieces: Uint8Array[] = [];
  const places: { readonly part: Part; readonly start: number; readonly end: number }[] = [];
  let length = 0;
  let pending = "";
  const add = (bytes: Uint8Array): void => {
    hash.update(bytes);
    pieces.push(bytes);
    length += bytes.length;
  };
  const flush = (): void => {
    add(Buffer.from(pending));
    pending = "";
  };
  for (const part of parts) {
    if (typeof part === "string") {
      pending += part;
      continue;
    }
    flush();
    const start = length;
    if (part.bytes === null) {
      for (const piece of part.pieces()) {
        pending += piece;
        if (pending.length < PIECE) continue;
        flush();
        yield;
      }
      flush();
    } else {
      for (let at = 0; at < part.bytes.length; at += PIECE) {
        add(part.bytes.subarray(at, at + PIECE));
        yield;
      }
    }
    places.push({ part, start, end: length });
  }
  flush();
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
    yield;
  }
  for (const { part, start, end } of places) part.bytes = bytes.subarray(start, end);
  return { bytes, etag: `"${hash.digest("hex")}"` };
}
