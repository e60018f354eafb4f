/** The connectome: who recognises whom at one moment, what was revoked, and whom each imported revocation affects. */
import type { Snapshot, TreatyRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { sortedSet } from "../protocol/code-points.js";
import { Graph, isActive, isRevoked } from "../protocol/graph.js";
import { parseTimestamp, toInstant } from "../protocol/instant.js";
import { nextTransition } from "../protocol/lifecycle.js";
import { revocationBlastRadius, type AffectedByRevocation } from "./blast-radius.js";
import { compareIssue, judgeTreaty, toEdge } from "./judged-treaty.js";
import { revokedTrustMaterial, type RevokedMaterial } from "./revoked-material.js";

export interface Summary {
  readonly sovereign_count: number;
  readonly recognition_edge_count: number;
  readonly active_edge_count: number;
  readonly revoked_edge_count: number;
  readonly revoked_trust_material_count: number;
  readonly imported_revocation_count: number;
}

export interface Connectome {
  readonly summary: Summary;
  /** Every party of a treaty, by code point. */
  readonly sovereigns: readonly string[];
  /** Every treaty is an edge of it; its edges are sorted by (from, to, treaty id). */
  readonly graph: Graph;
  /** In order of issue. As in the reference a suspended treaty that has time left is among them, though its edge is not active. */
  readonly activeTreaties: readonly TreatyRecord[];
  readonly revokedMaterial: readonly RevokedMaterial[];
  readonly blastRadius: readonly AffectedByRevocation[];
  readonly builtAt: Instant;
  /** The next moment a treaty's lifecycle changes; until then the same snapshot gives the same connectome. */
  readonly validUntil: Instant | null;
}

/**
 * Derives the connectome of protocol.md 6 from the state at one moment: one pass over the treaties, and a sort.
 * Throws AppError `bad_time` when a row's expiry is not a date-time.
 */
export function buildConnectome(
  snapshot: Pick<Snapshot, "treaties" | "importedRevocations">,
  now: Instant,
): Connectome {
  const treaties = snapshot.treaties.map((treaty) => judgeTreaty(treaty, now));
  const graph = new Graph(treaties.map(toEdge));
  const activeEdges = graph.edges.filter(isActive);
  const sovereigns = sortedSet(graph.edges.flatMap((edge) => [edge.from, edge.to]));
  const revokedMaterial = revokedTrustMaterial(treaties, snapshot.importedRevocations);
  return {
    summary: {
      sovereign_count: sovereigns.length,
      recognition_edge_count: graph.edges.length,
      active_edge_count: activeEdges.length,
      revoked_edge_count: graph.edges.filter(isRevoked).length,
      revoked_trust_material_count: revokedMaterial.length,
      imported_revocation_count: snapshot.importedRevocations.length,
    },
    sovereigns,
    graph,
    activeTreaties: treaties
      .filter(({ state }) => state === "active" || state === "expiring_soon")
      .map(({ treaty }) => treaty)
      .sort(compareIssue),
    revokedMaterial,
    blastRadius: revocationBlastRadius(activeEdges, snapshot.importedRevocations),
    builtAt: now,
    validUntil: validityHorizon(snapshot.treaties, now),
  };
}

/** Revoked and replaced treaties never change again; the others change as their expiry comes nearer. */
function validityHorizon(treaties: readonly TreatyRecord[], now: Instant): Instant | null {
  let horizon: Instant | null = null;
  for (const treaty of treaties) {
    if (treaty.status === "revoked") continue;
    const change = nextTransition(toInstant(parseTimestamp(treaty.expiresAt)), now);
    if (change !== null && (horizon === null || change < horizon)) horizon = change;
  }
  return horizon;
}
