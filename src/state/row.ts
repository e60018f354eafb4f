/** Reads the columns of one row in order, and refuses what no version of Concordat would have written there. */
import { AppError } from "../errors.js";
import type { PublicKey } from "../model/documents.js";
import type { Digest } from "../model/state.js";
import type { Timestamp } from "../model/time.js";
import { Fields } from "../protocol/document-fields.js";
import { parseTimestamp } from "../protocol/instant.js";
import { parseJson } from "../protocol/json.js";
import type { RawRow } from "./connection.js";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Each method takes the next column. All throw AppError `state_corrupt`. */
export class Row {
  readonly #table: string;
  readonly #columns: RawRow;
  #next = 0;

  constructor(table: string, columns: RawRow) {
    this.#table = table;
    this.#columns = columns;
  }

  text(): string {
    const value = this.#take();
    return typeof value === "string" ? value : this.#refuse("text");
  }

  textOrNull(): string | null {
    return this.#orNull(() => this.text());
  }

  /** The reference's tables take any number, and the driver rounds integers over 2^53: neither is let through. */
  integer(): number {
    const value = this.#take();
    return typeof value === "number" && Number.isSafeInteger(value)
      ? value
      : this.#refuse("an integer under 2^53");
  }

  integerOrNull(): number | null {
    return this.#orNull(() => this.integer());
  }

  boolean(): boolean {
    return this.integer() !== 0;
  }

  oneOf<T extends string>(values: readonly T[]): T {
    const text = this.text();
    return values.find((value) => value === text) ?? this.#refuse(`one of ${values.join(", ")}`);
  }

  digest(): Digest {
    const text = this.text();
    return isDigest(text) ? text : this.#refuse("a digest");
  }

  digestOrNull(): Digest | null {
    return this.#orNull(() => this.digest());
  }

  timestamp(): Timestamp {
    const text = this.text();
    try {
      return parseTimestamp(text);
    } catch {
      return this.#refuse("a date-time");
    }
  }

  timestampOrNull(): Timestamp | null {
    return this.#orNull(() => this.timestamp());
  }

  publicKey(): PublicKey {
    return asPublicKey(this.text());
  }

  publicKeys(): PublicKey[] {
    try {
      return new Fields({ keys: parseJson(this.text()) }).texts("keys").map(asPublicKey);
    } catch {
      return this.#refuse("a list of keys");
    }
  }

  #orNull<T>(read: () => T): T | null {
    if (this.#columns[this.#next] !== null) return read();
    this.#next += 1;
    return null;
  }

  #take(): unknown {
    return this.#columns[this.#next++];
  }

  #refuse(expected: string): never {
    throw new AppError(
      "state_corrupt",
      `${this.#table} holds a row (${String(this.#columns[0])}) whose column ${this.#next} is not ${expected}`,
    );
  }
}

function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

/** Checked before it was stored. One that was edited since then differs from the desired key, and shows as drift. */
function asPublicKey(text: string): PublicKey {
  return text as PublicKey;
}
