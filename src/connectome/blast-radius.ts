/** Whom an imported revocation affects: the sovereigns that accept attestations of its issuer. */
import type { ImportedRevocation } from "../model/state.js";
import { compareCodePoints, sortedSet } from "../protocol/code-points.js";
import type { Edge } from "../protocol/graph.js";

/** An entry of `revocation_blast_radius` (protocol.md 6). */
export interface AffectedByRevocation {
  readonly type: "membership_attestation";
  readonly id: string;
  readonly issuer_sovereign_id: string;
  readonly affected_accepting_sovereigns: readonly string[];
  readonly feed_id: string;
  readonly sequence: number;
  readonly reason: string | null;
  readonly revoked_at: string;
}

/** Affected is the `from` of every active edge whose `to` issued the revoked attestation. Sorted by attestation id. */
export function revocationBlastRadius(
  activeEdges: readonly Edge[],
  revocations: readonly ImportedRevocation[],
): readonly AffectedByRevocation[] {
  const accepting = new Map<string, string[]>();
  for (const edge of activeEdges) {
    const sovereigns = accepting.get(edge.to);
    if (sovereigns === undefined) accepting.set(edge.to, [edge.from]);
    else sovereigns.push(edge.from);
  }
  const affected = new Map(
    [...accepting].map(([issuer, sovereigns]) => [issuer, sortedSet(sovereigns)]),
  );
  return revocations
    .map((revocation) => ({
      type: "membership_attestation" as const,
      id: revocation.attestationId,
      issuer_sovereign_id: revocation.issuer,
      affected_accepting_sovereigns: affected.get(revocation.issuer) ?? [],
      feed_id: revocation.feedId,
      sequence: revocation.sequence,
      reason: revocation.reason,
      revoked_at: revocation.importedAt,
    }))
    .sort((a, b) => compareCodePoints(a.id, b.id));
}
