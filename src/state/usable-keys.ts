/** Which operator keys count at a moment: asked for every request, and for the exceptions of a restore. */
import type { OperatorKeyRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { toInstant } from "../protocol/instant.js";
import type { StateReader } from "./reader.js";

/** The operator keys that can sign a request at this moment. */
export function usableKeys(
  rows: Pick<StateReader, "operatorKeys" | "revokedKeys">,
  now: Instant,
): readonly OperatorKeyRecord[] {
  const revoked = new Set(rows.revokedKeys().map(({ keyId }) => keyId));
  return rows
    .operatorKeys()
    .filter(
      ({ keyId, state, validFrom, validUntil }) =>
        state === "active" &&
        !revoked.has(keyId) &&
        (validFrom === null || toInstant(validFrom) <= now) &&
        (validUntil === null || toInstant(validUntil) > now),
    );
}
