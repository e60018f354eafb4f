/** Roots that a log must have at certain sizes: its checkpoint's, its escrow's, an older one's. */
import type { RootBuilder } from "../protocol/log/merkle.js";
import { Faulty, type LogFaultCode } from "./verification.js";

export interface Mark {
  readonly size: number;
  readonly root: Uint8Array;
  readonly fault: LogFaultCode;
  /** E.g. "the checkpoint in escrow", for the message. */
  readonly name: string;
}

export class Marks {
  readonly #marks: Mark[];

  constructor(marks: readonly Mark[]) {
    this.#marks = marks.toSorted((a, b) => a.size - b.size);
  }

  /** Compares the marks of the size that the tree has. Throws `Faulty`. */
  compare(tree: RootBuilder): void {
    for (let mark = this.#marks[0]; mark?.size === tree.size; mark = this.#marks[0]) {
      this.#marks.shift();
      if (Buffer.compare(tree.root(), mark.root) !== 0)
        throw new Faulty(
          mark.fault,
          null,
          `the root of the first ${mark.size} entries is not that of ${mark.name}`,
        );
    }
  }

  /** After the last entry: no mark may be left. Throws `Faulty`. */
  finish(tree: RootBuilder): void {
    const [mark] = this.#marks;
    if (mark !== undefined)
      throw new Faulty(
        "tail_truncated",
        tree.size,
        `the log ends before entry ${tree.size}; ${mark.name} is of ${mark.size} entries`,
      );
  }
}
