/** What wakes the loop before its time; several at once are one. */
import type { Trigger } from "../model/controller.js";
import type { Instant } from "../model/time.js";
import { plusSeconds } from "../protocol/instant.js";

/**
 * Waits until a moment; ends early, without an error, when the signal is aborted, and when the clock is set back: the moment
 * was reckoned by a time that is not.
 */
export type Sleep = (until: Instant, signal: AbortSignal) => Promise<void>;

/** Wake-ups that others can send many of, who reach the hook or write the state, are served at most this often. */
const COALESCE_SECONDS = 2;
const COALESCED: ReadonlySet<Trigger> = new Set(["webhook", "state"]);

export class Wakes {
  readonly #sleep: Sleep;
  readonly #clock: () => Instant;
  #pending: Trigger | null = null;
  #arrived: (() => void) | null = null;
  #lastCoalesced: Instant | null = null;
  #stopped = false;

  constructor(clock: () => Instant, sleep: Sleep) {
    this.#clock = clock;
    this.#sleep = sleep;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  wake(trigger: Trigger): void {
    if (this.#pending === null || COALESCED.has(this.#pending)) this.#pending = trigger;
    this.#arrived?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#arrived?.();
  }

  /** Ends at `at` with `otherwise`, or as soon as something wakes the loop; null once it is stopped. */
  async next(at: Instant, otherwise: Trigger): Promise<Trigger | null> {
    await this.#until(at, () => this.#pending !== null);
    const trigger = this.#pending;
    if (trigger !== null && COALESCED.has(trigger)) {
      const last = this.#lastCoalesced;
      if (last !== null && last <= this.#clock()) {
        await this.#until(
          plusSeconds(last, COALESCE_SECONDS),
          () => this.#pending !== null && !COALESCED.has(this.#pending),
        );
      }
      this.#lastCoalesced = this.#clock();
    }
    this.#pending = null;
    return this.#stopped ? null : (trigger ?? otherwise);
  }

  async #until(at: Instant, isOver: () => boolean): Promise<void> {
    let before = this.#clock();
    for (let now = before; now < at && now >= before; now = this.#clock()) {
      if (this.#stopped || isOver()) return;
      before = now;
      const early = new AbortController();
      this.#arrived = () => early.abort();
      await this.#sleep(at, early.signal);
      this.#arrived = null;
    }
  }
}
