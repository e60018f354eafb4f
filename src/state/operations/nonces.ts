/** Nonces of admin requests, in the reference's table: each counts once, as long as its timestamp would pass. */
import { AppError } from "../../errors.js";
import type { NonceClaim } from "../../model/state.js";
import type { Instant, Seconds } from "../../model/time.js";
import {
  fromInstant,
  parseTimestamp,
  plusSeconds,
  toInstant,
  toOffsetForm,
} from "../../protocol/instant.js";
import type { Queries, Transaction } from "../connection.js";

/** How far the clocks of the two sides may be apart (protocol.md 7). */
export const ADMIN_CLOCK_SKEW_SECONDS: Seconds = 300;

/** So many rows go at once: what is left goes with the next request. */
const PURGE_LIMIT = 1000;

/** Whether a request of this key bore the nonce. What claims one asks again. */
export function hasNonce(queries: Queries, keyId: string, nonce: string): boolean {
  const select = "SELECT 1 FROM nonces WHERE scope = ? AND nonce = ?";
  return queries.value(select, scopeOf(keyId), nonce) !== undefined;
}

/**
 * Claims the nonce for its key. A nonce is forgotten once it is older than twice the allowed skew: the request that bore it
 * is then refused for its timestamp, by the highest time recorded here even after the clock was set back
 * (docs/threats.md H16). Throws AppError `admin_request_stale` and `nonce_replayed`.
 */
export function claimNonce(transaction: Transaction, claim: NonceClaim): void {
  const at = toInstant(claim.at);
  const highest = later(at, highestTime(transaction));
  if (toInstant(claim.requestedAt) < plusSeconds(highest, -ADMIN_CLOCK_SKEW_SECONDS)) {
    throw new AppError(
      "admin_request_stale",
      `the request is of ${claim.requestedAt}; requests were done at ${fromInstant(highest)}`,
    );
  }
  const claimed = transaction.run(
    "INSERT INTO nonces (scope, nonce, created_at) VALUES (?, ?, ?) ON CONFLICT (scope, nonce) DO NOTHING",
    scopeOf(claim.keyId),
    claim.nonce,
    toOffsetForm(claim.at),
  );
  if (claimed === 0) throw new AppError("nonce_replayed", "the nonce of this key was used before");
  transaction.run(
    "DELETE FROM nonces WHERE rowid IN (SELECT rowid FROM nonces WHERE created_at < ? LIMIT ?)",
    toOffsetForm(fromInstant(plusSeconds(at, -2 * ADMIN_CLOCK_SKEW_SECONDS))),
    PURGE_LIMIT,
  );
  transaction.run(
    "INSERT OR REPLACE INTO concordat_admin_clock (id, highest_at) VALUES (1, ?)",
    fromInstant(highest),
  );
}

function scopeOf(keyId: string): string {
  return `admin:${keyId}`;
}

function highestTime(transaction: Transaction): Instant | null {
  const stored = transaction.value("SELECT highest_at FROM concordat_admin_clock WHERE id = 1");
  return typeof stored === "string" ? toInstant(parseTimestamp(stored)) : null;
}

function later(left: Instant, right: Instant | null): Instant {
  return right !== null && right > left ? right : left;
}
