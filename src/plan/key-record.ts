/** An operator key as the state stores it. */
import type { DesiredOperatorKey } from "../model/desired.js";
import type { OperatorKeyRecord } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";

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

/** True when both say the same in every column. */
export function sameRecord(left: OperatorKeyRecord, right: OperatorKeyRecord): boolean {
  const form = (record: OperatorKeyRecord): string =>
    canonicalJson([
      record.keyId,
      record.publicKey,
      record.tier,
      record.holder,
      record.validFrom,
      record.validUntil,
      record.state,
    ]);
  return form(left) === form(right);
}
