/** Choices that depend on nothing but a label. */
import { hash } from "node:crypto";

export class Dice {
  readonly #label: string;
  #drawn = 0;

  constructor(label: string) {
    this.#label = label;
  }

  /** A number from 0 to `sides` - 1. */
  roll(sides: number): number {
    return hash("sha256", `${this.#label} ${(this.#drawn += 1)}`, "buffer").readUInt32BE() % sides;
  }

  oneIn(chances: number): boolean {
    return this.roll(chances) === 0;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.roll(choices.length)] ?? choices[0];
  }
}
