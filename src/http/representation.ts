/** A body with its type, and its variants: one for each content coding, each with its own strong validator. */
import { hash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Coding } from "./accept-encoding.js";
import type { Body } from "./body.js";

const compressors = {
  // Quality 1 gives less than gzip 6 at a quarter of its time, so a fresh connectome is compressed within its first request.
  br: async (body: Buffer) =>
    promisify(brotliCompress)(body, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 1,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
  gzip: async (body: Buffer) => promisify(gzip)(body, { level: 6 }),
};

/** Smaller bodies fit one packet as they are. */
const COMPRESSED_FROM_BYTES = 1024;

export interface Variant {
  readonly coding: Coding;
  readonly body: Buffer;
  /** Quoted, strong: the SHA-256 of exactly these bytes. */
  readonly etag: string;
}

export class Representation {
  readonly type: string;
  readonly #identity: Variant;
  readonly #isCompressible: boolean;
  readonly #compressed = new Map<Coding, Variant | Promise<Variant>>();

  constructor(content: string | Buffer | Body, type = "application/json", isCompressible = true) {
    this.type = type;
    this.#isCompressible = isCompressible;
    this.#identity =
      typeof content === "string" || Buffer.isBuffer(content)
        ? variantOf("identity", Buffer.from(content))
        : { coding: "identity", body: content.bytes, etag: content.etag };
  }

  /** The variant in a coding, made once and kept; a small body has only the identity. */
  variant(coding: Coding): Variant | Promise<Variant> {
    const { body } = this.#identity;
    const isSmall = body.length < COMPRESSED_FROM_BYTES;
    if (coding === "identity" || isSmall || !this.#isCompressible) return this.#identity;
    const known = this.#compressed.get(coding);
    if (known !== undefined) return known;
    const pending = compressors[coding](body).then((compressed) => variantOf(coding, compressed));
    this.#compressed.set(coding, pending);
    pending.then(
      (variant) => this.#compressed.set(coding, variant),
      () => this.#compressed.delete(coding),
    );
    return pending;
  }
}

function variantOf(coding: Coding, body: Buffer): Variant {
  return { coding, body, etag: `"${hash("sha256", body)}"` };
}
