/** Who fails too often to authenticate is refused without more ado for a while (protocol.md 7). */
import type { Instant } from "../../model/time.js";
import { FailureLimit } from "../failure-limit.js";

/** Whom a failure is counted against: a usable key at an address, or the address alone. */
export interface Scope {
  readonly address: string;
  /** Null for what names no usable key: counting a revoked one apart would tell which keys were revoked. */
  readonly keyId: string | null;
}

const FAILURES_PER_MINUTE = 30;
/** Of one address over all its scopes, as a multiple. */
const ADDRESS_MULTIPLE = 4;
const LIMIT = { seconds: 60, addresses: 10_000 };

export class FailureThrottle {
  readonly #scopes = new FailureLimit({ ...LIMIT, failures: FAILURES_PER_MINUTE });
  readonly #addresses = new FailureLimit({
    ...LIMIT,
    failures: ADDRESS_MULTIPLE * FAILURES_PER_MINUTE,
  });

  /** What the scope is throttled as; null: not at all. */
  reached(scope: Scope, now: Instant): "key" | "address" | null {
    if (this.#addresses.isReached(scope.address, now)) return "address";
    if (!this.#scopes.isReached(nameOf(scope), now)) return null;
    return scope.keyId === null ? "address" : "key";
  }

  add(scope: Scope, now: Instant): void {
    this.#scopes.add(nameOf(scope), now);
    this.#addresses.add(scope.address, now);
  }
}

/** An address has no space. */
function nameOf({ address, keyId }: Scope): string {
  return keyId === null ? address : `${address} ${keyId}`;
}
