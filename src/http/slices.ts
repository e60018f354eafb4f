/** Runs long work in slices, so that requests are answered in between. */
import { setImmediate } from "node:timers/promises";
import { AppError } from "../errors.js";

export interface SliceOptions {
  /** After so many milliseconds of work the rest of the process has its turn. Default: 8. */
  readonly milliseconds?: number;
  /** Gives the rest of the process its turn. Default: one turn of the event loop. */
  readonly breathe?: () => Promise<void>;
}

export class Slices {
  readonly #milliseconds: number;
  readonly #breathe: () => Promise<void>;
  /** One for all: several works together take no longer a slice than one. */
  #pause: Promise<void> | null = null;
  #sliceStartedAt = 0;
  #isClosed = false;

  constructor({ milliseconds = 8, breathe = async () => setImmediate() }: SliceOptions = {}) {
    this.#milliseconds = milliseconds;
    this.#breathe = breathe;
  }

  /** The work's value. Throws AppError `service_not_ready` when the slices are closed before its end. */
  async run<T>(work: Generator<void, T>): Promise<T> {
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
      if (performance.now() - this.#sliceStartedAt < this.#milliseconds) continue;
      await this.#rest();
      // Thrown into the work, which then closes what it has open.
      if (this.#isClosed) work.throw(stopping());
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Gives up what is under way. */
  close(): void {
    this.#isClosed = true;
  }

  async #rest(): Promise<void> {
    this.#pause ??= this.#turn();
    await this.#pause;
  }

  async #turn(): Promise<void> {
    await this.#breathe();
    this.#pause = null;
    this.#sliceStartedAt = performance.now();
  }
}

function stopping(): AppError {
  return new AppError("service_not_ready", "Service is not ready", {
    details: { reasons: ["stopping"] },
  });
}
