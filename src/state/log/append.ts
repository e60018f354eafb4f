/** Appends leaves to the tree, inside the transaction of the change that they record. */
import type { LoggedEvent } from "../../protocol/log/committed.js";
import {
  committedFields,
  leafBytes,
  SALT_BYTES,
  type LeafContext,
} from "../../protocol/log/leaf.js";
import { leafHash, rootAt, storedHashCount, storedHashesFor } from "../../protocol/log/merkle.js";
import type { Transaction } from "../connection.js";
import { readHash } from "./stored-hashes.js";

/** What every leaf of a transaction says alike. */
export type LeafOrigin = Omit<LeafContext, "index">;

/** A row of `audit_events`, read. */
export interface EventToLog {
  /** Of the row; what the event itself says may differ in a row of others. */
  readonly id: string;
  readonly event: LoggedEvent;
}

/** The right edge of the tree within one transaction: what was just written need not be read again. */
export class Appender {
  readonly #transaction: Transaction;
  readonly #random: (size: number) => Uint8Array;
  readonly #hashes = new Map<number, Uint8Array>();
  #size: number;

  constructor(transaction: Transaction, size: number, random: (size: number) => Uint8Array) {
    this.#transaction = transaction;
    this.#size = size;
    this.#random = random;
  }

  get size(): number {
    return this.#size;
  }

  root(): Uint8Array {
    return rootAt(this.#size, this.#read);
  }

  append({ id, event }: EventToLog, origin: LeafOrigin): void {
    const index = this.#size;
    const salts = this.#salt(index, event);
    const leaf = leafBytes(event, { ...origin, index }, salts);
    this.#transaction.run(
      "INSERT INTO concordat_log_leaves (seq, event_id, leaf) VALUES (?, ?, ?)",
      index,
      id,
      leaf,
    );
    let position = storedHashCount(index);
    for (const hash of storedHashesFor(index, leafHash(leaf), this.#read)) {
      this.#transaction.run(
        "INSERT INTO concordat_log_nodes (pos, hash) VALUES (?, ?)",
        position,
        hash,
      );
      this.#hashes.set(position++, hash);
    }
    this.#size++;
  }

  #salt(index: number, event: LoggedEvent): ReadonlyMap<string, Uint8Array> {
    const salts = new Map<string, Uint8Array>();
    for (const field of committedFields(event)) {
      const salt = this.#random(SALT_BYTES);
      salts.set(field, salt);
      this.#transaction.run(
        "INSERT INTO concordat_log_salts (seq, field, salt) VALUES (?, ?, ?)",
        index,
        field,
        salt,
      );
    }
    return salts;
  }

  readonly #read = (positions: readonly number[]): readonly Uint8Array[] =>
    positions.map((position) => {
      const known = this.#hashes.get(position);
      if (known !== undefined) return known;
      const hash = readHash(this.#transaction, position);
      this.#hashes.set(position, hash);
      return hash;
    });
}
