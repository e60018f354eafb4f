/** What is no longer to be trusted: revoked or replaced treaties, and attestations that imported feeds revoke. */
import type { ImportedRevocation } from "../model/state.js";
import { compareCodePoints } from "../protocol/code-points.js";
import type { JudgedTreaty } from "./judged-treaty.js";

/** An entry of `revoked_trust_material` (protocol.md 6). */
export type RevokedMaterial =
  | {
      readonly type: "recognition_treaty";
      readonly id: string;
      readonly lifecycle_state: "revoked" | "replaced";
      readonly reason: string | null;
      readonly revoked_at: string | null;
    }
  | {
      readonly type: "membership_attestation";
      readonly id: string;
      readonly issuer_sovereign_id: string;
      readonly feed_id: string;
      readonly sequence: number;
      readonly reason: string | null;
      readonly revoked_at: string;
    };

/** Sorted by (type, id); attestations of one id stay in the order of their issuers, as the rows come. */
export function revokedTrustMaterial(
  treaties: readonly JudgedTreaty[],
  revocations: readonly ImportedRevocation[],
): readonly RevokedMaterial[] {
  const material: RevokedMaterial[] = [];
  for (const revocation of revocations) {
    material.push({
      type: "membership_attestation",
      id: revocation.attestationId,
      issuer_sovereign_id: revocation.issuer,
      feed_id: revocation.feedId,
      sequence: revocation.sequence,
      reason: revocation.reason,
      revoked_at: revocation.importedAt,
    });
  }
  for (const { treaty, state } of treaties) {
    if (state !== "revoked" && state !== "replaced") continue;
    material.push({
      type: "recognition_treaty",
      id: treaty.id,
      lifecycle_state: state,
      reason: treaty.reason,
      revoked_at: treaty.revokedAt,
    });
  }
  return material.sort(
    (a, b) => compareCodePoints(a.type, b.type) || compareCodePoints(a.id, b.id),
  );
}
