/** The recognition graph: who recognises whom, by which path, and who depends on it (protocol.md 6). */
import type { DocumentStatus } from "../model/documents.js";
import { compareCodePoints } from "./code-points.js";
import type { ExpiryRisk, LifecycleState } from "./lifecycle.js";

/** One treaty: `from` recognises `to`. Times are in the `+00:00` form. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly treatyId: string;
  readonly status: DocumentStatus;
  readonly lifecycleState: LifecycleState;
  readonly expiryRisk: ExpiryRisk;
  readonly validFrom: string;
  readonly expiresAt: string;
}

export function isActive(edge: Edge): boolean {
  return (
    edge.status === "active" &&
    (edge.lifecycleState === "active" || edge.lifecycleState === "expiring_soon")
  );
}

export function isRevoked(edge: Edge): boolean {
  return (
    edge.status === "revoked" ||
    edge.lifecycleState === "revoked" ||
    edge.lifecycleState === "replaced"
  );
}

export function compareEdges(a: Edge, b: Edge): number {
  return (
    compareCodePoints(a.from, b.from) ||
    compareCodePoints(a.to, b.to) ||
    compareCodePoints(a.treatyId, b.treatyId)
  );
}

export class Graph {
  /** All edges, active or not, sorted by (from, to, treatyId). */
  readonly edges: readonly Edge[];
  readonly #outgoing: ReadonlyMap<string, readonly Edge[]>;
  readonly #incoming: ReadonlyMap<string, readonly Edge[]>;

  constructor(edges: Iterable<Edge>) {
    this.edges = [...edges].sort(compareEdges);
    const active = this.edges.filter(isActive);
    this.#outgoing = Map.groupBy(active, (edge) => edge.from);
    this.#incoming = Map.groupBy(active, (edge) => edge.to);
  }

  /** A shortest path over active edges, the first in sort order; null when there is none. Nobody has a path to itself. */
  path(from: string, to: string): Edge[] | null {
    const arrivedBy = new Map<string, Edge>();
    const queue = [from];
    for (const current of queue) {
      for (const edge of this.#outgoing.get(current) ?? []) {
        if (edge.to === from || arrivedBy.has(edge.to)) continue;
        arrivedBy.set(edge.to, edge);
        if (edge.to === to) return trace(arrivedBy, to);
        queue.push(edge.to);
      }
    }
    return null;
  }

  /** The least number of active edges from `source` to everyone it reaches, itself (0) included. */
  hopsFrom(source: string): Map<string, number> {
    const hops = new Map([[source, 0]]);
    // A Map is iterated in insertion order and shows what is added on the way, which makes it the queue as well.
    for (const [current, distance] of hops) {
      for (const edge of this.#outgoing.get(current) ?? []) {
        if (!hops.has(edge.to)) hops.set(edge.to, distance + 1);
      }
    }
    return hops;
  }

  /** Everyone from whom active edges lead to one of `targets`, the targets themselves included. */
  predecessors(targets: Iterable<string>): Set<string> {
    const reached = new Set(targets);
    for (const current of reached) {
      for (const edge of this.#incoming.get(current) ?? []) reached.add(edge.from);
    }
    return reached;
  }
}

function trace(arrivedBy: ReadonlyMap<string, Edge>, to: string): Edge[] {
  const path: Edge[] = [];
  for (let edge = arrivedBy.get(to); edge !== undefined; edge = arrivedBy.get(edge.from))
    path.unshift(edge);
  return path;
}

/** An edge as it stands in the connectome's JSON. */
export interface EdgeJson {
  readonly from: string;
  readonly to: string;
  readonly treaty_id: string;
  readonly status: DocumentStatus;
  readonly lifecycle_state: LifecycleState;
  readonly expiry_risk: ExpiryRisk;
  readonly valid_from: string;
  readonly expires_at: string;
}

export function toEdgeJson(edge: Edge): EdgeJson {
  return {
    from: edge.from,
    to: edge.to,
    treaty_id: edge.treatyId,
    status: edge.status,
    lifecycle_state: edge.lifecycleState,
    expiry_risk: edge.expiryRisk,
    valid_from: edge.validFrom,
    expires_at: edge.expiresAt,
  };
}

export interface TrustPath {
  readonly from: string;
  readonly to: string;
  readonly trusted: boolean;
  readonly reason: "active_treaty_path" | "direct_treaty_revoked" | "no_active_treaty_path";
  readonly path: readonly EdgeJson[];
  readonly hop_count: number;
}

/** Explains whether `from` recognises `to`. It explains and never grants: admission is by direct treaty only. */
export function explainTrustPath(graph: Graph, from: string, to: string): TrustPath {
  const path = graph.path(from, to);
  if (path !== null) {
    return {
      from,
      to,
      trusted: true,
      reason: "active_treaty_path",
      path: path.map(toEdgeJson),
      hop_count: path.length,
    };
  }
  const revoked = graph.edges.find(
    (edge) => edge.from === from && edge.to === to && isRevoked(edge),
  );
  if (revoked !== undefined) {
    return {
      from,
      to,
      trusted: false,
      reason: "direct_treaty_revoked",
      path: [toEdgeJson(revoked)],
      hop_count: 0,
    };
  }
  return { from, to, trusted: false, reason: "no_active_treaty_path", path: [], hop_count: 0 };
}
