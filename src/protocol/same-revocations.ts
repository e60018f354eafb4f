/** When two feeds of one sequence are one statement, and when they contradict each other. */
import type { SovereignRevocationFeed } from "../model/documents.js";

/**
 * Whether two feeds take the same attestations back for the same reasons. The reference signs a new feed, with another id and
 * time, at each request (protocol.md 10), and leaves grants out as they lapse; neither is a contradiction.
 */
export function sameRevocations(
  left: SovereignRevocationFeed,
  right: SovereignRevocationFeed,
): boolean {
  const ids = left.revoked_attestation_ids;
  const others = right.revoked_attestation_ids;
  return (
    ids.length === others.length &&
    // Both are sorted sets (protocol.md 3).
    ids.every(
      (id, index) =>
        id === others[index] && left.revocation_reasons[id] === right.revocation_reasons[id],
    )
  );
}
