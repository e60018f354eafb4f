/** How often an address may fail before it is not listened to for a while: a bounded memory. */
import type { Instant, Seconds } from "../model/time.js";
import { plusSeconds } from "../protocol/instant.js";

export interface FailureLimitOptions {
  readonly failures: number;
  /** Counted from the first failure on; after that the count begins anew. */
  readonly seconds: Seconds;
  /** Past so many addresses the one that failed first is forgotten. */
  readonly addresses: number;
}

interface Count {
  readonly until: Instant;
  failures: number;
}

export class FailureLimit {
  readonly #options: FailureLimitOptions;
  readonly #counts = new Map<string, Count>();

  constructor(options: FailureLimitOptions) {
    this.#options = options;
  }

  isReached(address: string, now: Instant): boolean {
    const count = this.#counts.get(address);
    return count !== undefined && now < count.until && count.failures >= this.#options.failures;
  }

  add(address: string, now: Instant): void {
    const { seconds, addresses } = this.#options;
    const known = this.#counts.get(address);
    if (known !== undefined && now < known.until) {
      known.failures += 1;
      return;
    }
    this.#counts.delete(address);
    for (const [oldest, { until }] of this.#counts) {
      if (now < until && this.#counts.size < addresses) break;
      this.#counts.delete(oldest);
    }
    this.#counts.set(address, { until: plusSeconds(now, seconds), failures: 1 });
  }
}
