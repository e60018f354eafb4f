/** Names that may come once in a while: a bounded memory of those that came. */
import type { Instant, Seconds } from "../model/time.js";
import { plusSeconds } from "../protocol/instant.js";

export class SeenOnce {
  readonly #seconds: Seconds;
  readonly #limit: number;
  /** Name → until when it is remembered; the oldest first. */
  readonly #until = new Map<string, Instant>();

  /** Names are remembered for so many seconds; past `limit` names the oldest is forgotten. */
  constructor(seconds: Seconds, limit: number) {
    this.#seconds = seconds;
    this.#limit = limit;
  }

  /** Whether the name comes for the first time; from then on it has come. */
  isFirst(name: string, now: Instant): boolean {
    const until = this.#until.get(name);
    if (until !== undefined && now < until) return false;
    this.#until.delete(name);
    for (const [oldest, end] of this.#until) {
      if (now < end && this.#until.size < this.#limit) break;
      this.#until.delete(oldest);
    }
    this.#until.set(name, plusSeconds(now, this.#seconds));
    return true;
  }
}
