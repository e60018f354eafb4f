/** Whether the key of a request may still do what it asks, judged in the state that the effect is written to. */
import { AppError } from "../errors.js";
import type { AdminCaller } from "../model/admin.js";
import type { Tier } from "../model/resources.js";
import type { OperatorKeyRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { plusSeconds, toInstant } from "../protocol/instant.js";
import { ADMIN_CLOCK_SKEW_SECONDS } from "../state/operations/nonces.js";
import { usableKeys } from "../state/usable-keys.js";
import type { AdminState } from "./outcome.js";

/** Each includes those before it (protocol.md 7). */
const TIERS: readonly Tier[] = ["read", "standard", "privileged"];

export type CallerRows = Pick<AdminState, "operatorKeys" | "revokedKeys" | "recovery">;

/**
 * The record of the caller's key. Between the check of the signature and this one the key may have gone or another may have
 * taken its id, and the request may have become too old. Throws AppError `operator_key_refused` and `admin_request_stale`.
 */
export function callerKey(rows: CallerRows, caller: AdminCaller, now: Instant): OperatorKeyRecord {
  const key = usableKeys(rows, now).find(
    ({ keyId, publicKey }) => keyId === caller.keyId && publicKey === caller.publicKey,
  );
  if (key === undefined)
    throw new AppError("operator_key_refused", `${caller.keyId} is no usable operator key`);
  const signed = toInstant(caller.requestedAt);
  if (
    signed < plusSeconds(now, -ADMIN_CLOCK_SKEW_SECONDS) ||
    signed > plusSeconds(now, ADMIN_CLOCK_SKEW_SECONDS)
  )
    throw new AppError("admin_request_stale", `the request is of ${caller.requestedAt}`);
  // What a restore has set back must not be asked for again with a signature from before it.
  const recovery = rows.recovery();
  if (recovery !== null && signed < toInstant(recovery.authNotBefore))
    throw new AppError(
      "admin_request_stale",
      `the request is of ${caller.requestedAt}, from before the state was restored`,
    );
  return key;
}

/** Whether a key of this tier may do what asks for that one. */
export function reaches(tier: Tier, required: Tier): boolean {
  return TIERS.indexOf(tier) >= TIERS.indexOf(required);
}
