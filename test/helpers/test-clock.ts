/** A clock that stands until a test moves it, and sleepers that wake when it has passed their moment. */
import type { Sleep } from "../../src/controller/wakes.js";
import type { Instant } from "../../src/model/time.js";
import { plusSeconds } from "../../src/protocol/instant.js";
import { START } from "./world.js";

interface Sleeper {
  readonly until: Instant;
  readonly wake: () => void;
}

export class TestClock {
  #now: Instant = START;
  #sleepers: readonly Sleeper[] = [];

  readonly now = (): Instant => this.#now;

  readonly sleep: Sleep = async (until, signal) => {
    if (signal.aborted || until <= this.#now) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sleepers = [...this.#sleepers, { until, wake: resolve }];
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  };

  /** Seconds may be negative: a clock can be set back. */
  pass(seconds: number): void {
    this.#now = plusSeconds(this.#now, seconds);
    const wakes = ({ until }: Sleeper): boolean => seconds < 0 || until <= this.#now;
    const due = this.#sleepers.filter(wakes);
    this.#sleepers = this.#sleepers.filter((sleeper) => !wakes(sleeper));
    for (const { wake } of due) wake();
  }
}
