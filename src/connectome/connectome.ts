/** The connectome: who recognises whom at one moment, what was revoked, and whom each imported revocation affects. */
import type { ImportedRevocation, Snapshot, TreatyRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { compareCodePoints, sortedSet } from "../protocol/code-points.js";
import { Graph, compareEdges, isActive, isRevoked, type Edge } from "../protocol/graph.js";
import { acceptingSovereigns, type Accepting } from "./accepting.js";
import { finish } from "./finish.js";
import { compareIssue, holdsAt, judgeTreaty, type JudgedTreaty } from "./judged-treaty.js";
import { sorted, sortedAs } from "./sorted.js";

/** Rows in any order; lists that are the same objects as before are taken to be unchanged. */
export type ConnectomeRows = Pick<Snapshot, "treaties" | "importedRevocations">;

export interface Summary {
  readonly sovereign_count: number;
  readonly recognition_edge_count: number;
  readonly active_edge_count: number;
  readonly revoked_edge_count: number;
  readonly revoked_trust_material_count: number;
  readonly imported_revocation_count: number;
}

/** What follows from the treaties, as far as their lifecycles are what they were. */
export interface Recognition {
  readonly rows: readonly TreatyRecord[];
  readonly byId: ReadonlyMap<string, JudgedTreaty>;
  /** In order of issue. */
  readonly treaties: readonly TreatyRecord[];
  /** Every party of a treaty, by code point. */
  readonly sovereigns: readonly string[];
  /** Every treaty is an edge of it; its edges are sorted by (from, to, treaty id). */
  readonly graph: Graph;
  readonly activeEdges: readonly Edge[];
  readonly revokedEdgeCount: number;
  /** In order of issue. As in the reference a suspended treaty that has time left is among them, though its edge is not active. */
  readonly active: readonly TreatyRecord[];
  /** Revoked and replaced ones, by id. */
  readonly revoked: readonly JudgedTreaty[];
  readonly accepting: Accepting;
  readonly validUntil: Instant | null;
}

/** What follows from the imported feeds. */
export interface Imported {
  readonly rows: readonly ImportedRevocation[];
  /** By attestation id, then by issuer. */
  readonly revocations: readonly ImportedRevocation[];
}

export interface Connectome {
  readonly summary: Summary;
  readonly recognition: Recognition;
  readonly imported: Imported;
  readonly judgedAt: Instant;
  /** The next moment a treaty's lifecycle changes; until then the same rows give the same connectome. */
  readonly validUntil: Instant | null;
}

/**
 * Derives the connectome of protocol.md 6 from the state at one moment, with pauses. What `previous` shares with it is not
 * made again, down to the single treaty. Throws AppError `bad_time` when a row's expiry is not a date-time.
 */
export function* deriveConnectome(
  rows: ConnectomeRows,
  now: Instant,
  previous: Connectome | null,
): Generator<void, Connectome> {
  const recognition = yield* recognise(rows.treaties, now, previous?.recognition ?? null);
  const imported =
    previous?.imported.rows === rows.importedRevocations
      ? previous.imported
      : yield* order(rows.importedRevocations);
  return {
    summary: {
      sovereign_count: recognition.sovereigns.length,
      recognition_edge_count: recognition.graph.edges.length,
      active_edge_count: recognition.activeEdges.length,
      revoked_edge_count: recognition.revokedEdgeCount,
      revoked_trust_material_count: imported.revocations.length + recognition.revoked.length,
      imported_revocation_count: imported.revocations.length,
    },
    recognition,
    imported,
    judgedAt: now,
    validUntil: recognition.validUntil,
  };
}

/** `deriveConnectome` without pauses. */
export function buildConnectome(rows: ConnectomeRows, now: Instant): Connectome {
  return finish(deriveConnectome(rows, now, null));
}

function* recognise(
  rows: readonly TreatyRecord[],
  now: Instant,
  previous: Recognition | null,
): Generator<void, Recognition> {
  const byId = new Map<string, JudgedTreaty>();
  let isSame = previous !== null && rows === previous.rows;
  let validUntil: Instant | null = null;
  for (const treaty of rows) {
    const known = previous?.byId.get(treaty.id);
    const holds = known !== undefined && known.treaty === treaty && holdsAt(known, now);
    const judged = holds ? known : judgeTreaty(treaty, now);
    isSame &&= holds;
    byId.set(treaty.id, judged);
    const end = judged.validUntil;
    if (end !== null && (validUntil === null || end < validUntil)) validUntil = end;
    if (byId.size % 64 === 0) yield;
  }
  if (isSame && previous !== null) return previous;

  const treaties = yield* sortedAs(rows, compareIssue, previous?.treaties ?? []);
  const edges = [...byId.values()].map(({ edge }) => edge);
  yield;
  const graph = new Graph(yield* sortedAs(edges, compareEdges, previous?.graph.edges ?? []));
  yield;
  const parties = new Set<string>();
  const activeEdges: Edge[] = [];
  let revokedEdgeCount = 0;
  for (const edge of graph.edges) {
    parties.add(edge.from).add(edge.to);
    if (isActive(edge)) activeEdges.push(edge);
    if (isRevoked(edge)) revokedEdgeCount += 1;
  }
  yield;
  const active: TreatyRecord[] = [];
  const revoked: JudgedTreaty[] = [];
  for (const treaty of treaties) {
    const judged = byId.get(treaty.id);
    if (judged === undefined) continue;
    const { lifecycleState } = judged.edge;
    if (lifecycleState === "active" || lifecycleState === "expiring_soon") active.push(treaty);
    else if (lifecycleState !== "expired") revoked.push(judged);
  }
  yield;
  return {
    rows,
    byId,
    treaties,
    sovereigns: sortedSet(parties),
    graph,
    activeEdges,
    revokedEdgeCount,
    active,
    revoked: yield* sorted(revoked, compareIds),
    accepting: acceptingSovereigns(activeEdges),
    validUntil,
  };
}

function compareIds(a: JudgedTreaty, b: JudgedTreaty): number {
  return compareCodePoints(a.treaty.id, b.treaty.id);
}

function* order(rows: readonly ImportedRevocation[]): Generator<void, Imported> {
  const revocations = yield* sorted(
    rows,
    (a, b) =>
      compareCodePoints(a.attestationId, b.attestationId) || compareCodePoints(a.issuer, b.issuer),
  );
  return { rows, revocations };
}
