/** A private key that can sign, and that nothing can print. */
import { createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";
import { inspect } from "node:util";
import { AppError } from "../errors.js";
import type { PublicKey } from "../model/documents.js";
import { encodeBase64 } from "../protocol/base64.js";
import { parsePublicKey } from "../protocol/public-key.js";

/** RFC 8410 section 7: everything that stands before the seed in the PKCS #8 form of an Ed25519 key. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const SEED_BYTES = 32;
const PLACEHOLDER = "[private key]";

export class PrivateKey {
  readonly #key: KeyObject;
  readonly publicKey: PublicKey;

  private constructor(key: KeyObject) {
    this.#key = key;
    const { x } = createPublicKey(key).export({ format: "jwk" });
    this.publicKey = parsePublicKey(encodeBase64(Buffer.from(x ?? "", "base64url")));
  }

  /** The key of a 32-byte seed (RFC 8032 5.1.5). Throws bad_key_file when it has another length. */
  static fromSeed(seed: Uint8Array): PrivateKey {
    if (seed.length !== SEED_BYTES) {
      throw new AppError(
        "bad_key_file",
        `a private key is a seed of ${SEED_BYTES} bytes, not of ${seed.length}`,
      );
    }
    const der = Buffer.concat([PKCS8_PREFIX, seed]);
    try {
      return new PrivateKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
    } finally {
      der.fill(0);
    }
  }

  /** The base64 signature of the bytes (RFC 8032 5.1.6; deterministic). */
  sign(bytes: Uint8Array): string {
    return encodeBase64(sign(null, bytes, this.#key));
  }

  /** The seed itself. Only `key-file.ts` has a use for it. */
  exportSeed(): Uint8Array {
    const { d } = this.#key.export({ format: "jwk" });
    return Buffer.from(d ?? "", "base64url");
  }

  toString(): string {
    return PLACEHOLDER;
  }

  toJSON(): string {
    return PLACEHOLDER;
  }

  [inspect.custom](): string {
    return PLACEHOLDER;
  }
}
