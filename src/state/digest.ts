/** The state digest: one value that changes with every row a plan depends on, and with nothing else. */
import { createHash, type Hash } from "node:crypto";
import { AppError } from "../errors.js";
import type { Digest } from "../model/state.js";
import type { RawRow } from "./connection.js";

/** Text is hashed in pieces of about this many UTF-16 units: one call a column would cost more than the hashing. */
const PIECE = 1 << 16;

/**
 * SHA-256 over the UTF-8 of, for each table in the order it is added:
 *
 *     "t" text(name) integer(number of columns)   then, for each row in primary-key order and each column in table order:
 *     text(value) | "i" decimal ";" | "n"         for a text, a number and NULL
 *
 * where text(s) is the length of s in UTF-16 units, ":" and s. The first character tells the parts apart, and lengths keep
 * them apart whatever a text holds. Neither the generation nor anything else that a plan does not read goes in.
 */
export class StateDigest {
  readonly #hash: Hash = createHash("sha256");
  #pending = "";

  addTable(name: string, columns: number, rows: readonly RawRow[]): void {
    this.#pending += `t${text(name)}i${columns};`;
    for (const row of rows) {
      for (const value of row) this.#pending += encode(value);
      if (this.#pending.length > PIECE) this.#flush();
    }
  }

  finish(): Digest {
    this.#flush();
    return `sha256:${this.#hash.digest("hex")}`;
  }

  #flush(): void {
    this.#hash.update(this.#pending, "utf8");
    this.#pending = "";
  }
}

function encode(value: unknown): string {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return `i${value};`;
  if (value === null) return "n";
  throw new AppError("state_corrupt", "the state holds bytes where only texts and numbers belong");
}

function text(value: string): string {
  return `${value.length}:${value}`;
}
