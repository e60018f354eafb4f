/** An operator key as the state stores it. */
import type { DesiredOperatorKey } from "../model/desired.js";
import type { JsonObject } from "../model/json.js";
import type { OperatorKeyRecord } from "../model/state.js";

/** What is compromised is stored as it was: its revocation stands beside it. */
export function keyRecord(key: DesiredOperatorKey): OperatorKeyRecord {
  const { keyId, publicKey, tier, holder, validFrom, validUntil, state } = key;
  return {
    keyId,
    publicKey,
    tier,
    holder,
    validFrom,
    validUntil,
    state: state === "retired" ? "retired" : "active",
  };
}

/** A stored key in the words of a spec, for comparing what stands with what was applied. */
export function recordSpec(record: OperatorKeyRecord): JsonObject {
  return {
    key_id: record.keyId,
    public_key: record.publicKey,
    tier: record.tier,
    holder: record.holder,
    valid_from: record.validFrom,
    valid_until: record.validUntil,
    state: record.state,
  };
}
