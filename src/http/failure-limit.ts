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
  readonly since: Instant;
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
    return count !== undefined && isRunning(count, now) && count.failures >= this.#options.failures;
  }

  add(address: string, now: Instant): void {
    const { seconds, addresses } = this.#options;
    const known = this.#counts.get(address);
    if (known !== undefined && isRunning(known, now)) {
      known.failures += 1;
      return;
    }
    this.#counts.delete(address);
    for (const [oldest, count] of this.#counts) {
      if (isRunning(count, now) && this.#counts.size < addresses) break;
      this.#counts.delete(oldest);
    }
    this.#counts.set(address, { since: now, until: plusSeconds(now, seconds), failures: 1 });
  }
}

/** A clock that was set back keeps nobody out for longer. */
function isRunning({ since, until }: Count, now: Instant): boolean {
  return now >= since && now < until;
}
