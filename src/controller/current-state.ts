/** The snapshot of the newest generation, read once: a pass over an unchanged state reads no row of it. */
import type { Snapshot } from "../model/state.js";
import type { StateReader } from "../state/reader.js";

type Reader = Pick<StateReader, "generation" | "snapshot" | "feedPolls">;

export class CurrentState {
  readonly #reader: Reader;
  #snapshot: Snapshot | null = null;
  #polls = "";

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  snapshot(): Snapshot {
    const feedPolls = this.#reader.feedPolls();
    const polls = JSON.stringify(feedPolls);
    if (this.#snapshot?.generation !== this.#reader.generation()) {
      this.#snapshot = this.#reader.snapshot();
    } else if (polls !== this.#polls) {
      // Polls are notes, and leave the generation as it is.
      this.#snapshot = { ...this.#snapshot, feedPolls };
    }
    this.#polls = polls;
    return this.#snapshot;
  }
}
