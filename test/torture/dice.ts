/** Chance that can be had again: everything drawn follows from a label. */
import { createHash } from "node:crypto";

export class Dice {
  readonly #label: string;
  #draws = 0;

  constructor(label: string) {
    this.#label = label;
  }

  bytes(length: number): Uint8Array {
    this.#draws += 1;
    return createHash("sha512")
      .update(`${this.#label} ${this.#draws}`)
      .digest()
      .subarray(0, length);
  }

  /** A whole number from 0 to `end`, without `end`. */
  below(end: number): number {
    return Buffer.from(this.bytes(6)).readUIntBE(0, 6) % end;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error("nothing to pick from");
    return value;
  }

  coin(): boolean {
    return this.below(2) === 1;
  }

  shuffled<T>(values: readonly T[]): T[] {
    return values
      .map((value) => ({ value, order: this.below(2 ** 48) }))
      .toSorted((left, right) => left.order - right.order)
      .map(({ value }) => value);
  }
}
