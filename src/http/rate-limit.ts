/** How many requests an address may make a minute: a bounded memory. */
import { AppError } from "../errors.js";
import type { Instant } from "../model/time.js";
import { FailureLimit } from "./failure-limit.js";

/** Every limit counts by the minute, as the reference's do: the longest that a client has to wait. */
export const RETRY_AFTER_SECONDS = 60;
const ADDRESSES = 10_000;

export class RateLimit {
  readonly #spent: FailureLimit;

  constructor(perMinute: number) {
    this.#spent = new FailureLimit({
      failures: perMinute,
      seconds: RETRY_AFTER_SECONDS,
      addresses: ADDRESSES,
    });
  }

  /** Counts a request. Throws AppError `rate_limit_exceeded` for one too many. */
  take(address: string, now: Instant): void {
    if (this.#spent.isReached(address, now))
      throw new AppError("rate_limit_exceeded", "Rate limit exceeded");
    this.#spent.add(address, now);
  }
}
