/** The snapshot of the newest generation, read once: a pass over an unchanged state reads no row. */
import type { Snapshot } from "../model/state.js";
import type { StateReader } from "../state/reader.js";

export class CurrentState {
  readonly #reader: Pick<StateReader, "generation" | "snapshot">;
  #snapshot: Snapshot | null = null;

  constructor(reader: Pick<StateReader, "generation" | "snapshot">) {
    this.#reader = reader;
  }

  snapshot(): Snapshot {
    if (this.#snapshot?.generation !== this.#reader.generation())
      this.#snapshot = this.#reader.snapshot();
    return this.#snapshot;
  }
}
