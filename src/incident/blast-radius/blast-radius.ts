/** What falls with an object of trust: who accepts what no longer, and which paths are lost. Pure. */
import { judgeTreaty } from "../../connectome/judged-treaty.js";
import type { TrustPathChange } from "../../model/plan.js";
import type { Snapshot } from "../../model/state.js";
import type { Instant } from "../../model/time.js";
import { byEnds, comparePaths } from "../../plan/blast-radius.js";
import { sortedSet } from "../../protocol/code-points.js";
import { parseTimestamp, toInstant } from "../../protocol/instant.js";
import { Graph, isActive, type Edge } from "../../protocol/graph.js";
import type { BlastSubject } from "./subject.js";

/** Lists are cut here; counts never are. */
const LISTED = 100;

export interface Radius {
  /** Who accepts the issuer's attestations at this moment, by the treaties of our state. */
  readonly accepting: readonly string[];
  /** Treaties that fall and were in force. */
  readonly treaties: readonly string[];
  /** Attestations that nobody of `accepting` takes any more. */
  readonly attestations: readonly string[];
  readonly attestation_count: number;
  readonly lost: readonly TrustPathChange[];
  readonly lost_count: number;
  readonly longer_count: number;
  /** In a treaty before, and in none after; we ourselves apart. */
  readonly cut_off: readonly string[];
}

export function radiusOf(snapshot: Snapshot, subject: BlastSubject, now: Instant): Radius {
  const fallen = new Set(subject.treaties);
  const edges = snapshot.treaties.map((row) => judgeTreaty(row, now).edge).filter(isActive);
  const left = edges.filter((edge) => !fallen.has(edge.treatyId));
  const gone = edges.filter((edge) => fallen.has(edge.treatyId));
  const paths = comparePaths(
    new Graph(edges),
    new Graph(left),
    new Set(gone.map((edge) => edge.from)),
  );
  const own = snapshot.authority?.sovereignId;
  const before = sortedSet(endsOf(edges));
  const after = new Set(endsOf(left));
  const attestations = affected(snapshot, subject, { gone, left, now });
  return {
    accepting: sortedSet(
      edges.filter((edge) => edge.to === subject.issuer).map(({ from }) => from),
    ),
    treaties: gone.map((edge) => edge.treatyId),
    attestations: attestations.slice(0, LISTED),
    attestation_count: attestations.length,
    lost: paths.lost.toSorted(byEnds).slice(0, LISTED),
    lost_count: paths.lost.length,
    longer_count: paths.longer.length,
    cut_off: before.filter((sovereign) => sovereign !== own && !after.has(sovereign)),
  };
}

/**
 * Its own, and those of every sovereign that one of ours recognised by a treaty that falls, and by no other. What has ended
 * already is affected by nothing; an attestation that is asked about by its id counts in any case.
 */
function affected(
  snapshot: Snapshot,
  subject: BlastSubject,
  {
    gone,
    left,
    now,
  }: { readonly gone: readonly Edge[]; readonly left: readonly Edge[]; readonly now: Instant },
): readonly string[] {
  const inForce = snapshot.attestations.filter(
    (row) => row.status === "active" && toInstant(parseTimestamp(row.expiresAt)) > now,
  );
  const kept = new Set(left.map((edge) => `${edge.from}\n${edge.to}`));
  const lost = new Set(
    gone.flatMap((edge) => (kept.has(`${edge.from}\n${edge.to}`) ? [] : [edge.to])),
  );
  const falling = new Set(subject.attestations);
  const counted = inForce.filter((row) => falling.has(row.id) || lost.has(row.issuer));
  const asked = subject.kind === "membership_attestation" ? subject.attestations : [];
  return sortedSet([...asked, ...counted.map((row) => row.id)]);
}

function endsOf(edges: readonly Edge[]): readonly string[] {
  return edges.flatMap(({ from, to }) => [from, to]);
}
