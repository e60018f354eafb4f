/** Reads the stored hashes of a log in their order, many at a time. */
import { AppError } from "../errors.js";
import { storedHashCount } from "../protocol/log/merkle.js";
import type { LogSource } from "./log-source.js";

const BLOCK = 1024;

export class StoredNodes {
  readonly #log: LogSource;
  readonly #count: number;
  #start = 0;
  #block: readonly (Uint8Array | null)[] = [];

  constructor(log: LogSource, size: number) {
    this.#log = log;
    this.#count = storedHashCount(size);
  }

  /** The hash at a position; null when it is missing. Positions are asked for in their order. */
  at(position: number): Uint8Array | null {
    if (position >= this.#start + this.#block.length) {
      this.#start = position;
      const length = Math.max(1, Math.min(BLOCK, this.#count - position));
      const positions = Array.from({ length }, (_, i) => position + i);
      this.#block = this.#read(positions) ?? positions.map((one) => this.#read([one])?.[0] ?? null);
    }
    return this.#block[position - this.#start] ?? null;
  }

  #read(positions: readonly number[]): readonly Uint8Array[] | null {
    try {
      return this.#log.hashes(positions);
    } catch (error) {
      if (error instanceof AppError && error.code === "log_broken") return null;
      throw error;
    }
  }
}
