/** What the changes do to the graph, by comparing it before and after (design.md 3). */
import type { BlastRadius, ChangeImpact, TrustPathChange } from "../model/plan.js";
import type { TreatyRecord } from "../model/state.js";
import { compareCodePoints, sortedSet } from "../protocol/code-points.js";
import { Graph, type Edge } from "../protocol/graph.js";
import type { PlanContext } from "./context.js";
import { secondsLeft } from "./signed-row.js";
import type { PlannedChange, Step } from "./step.js";

/** Lists are cut here; counts never are. */
const LISTED = 100;

type Link = Pick<Edge, "from" | "to" | "treatyId">;

function activeLinks(context: PlanContext): Map<string, Link> {
  const links = new Map<string, Link>();
  for (const row of context.snapshot.treaties) {
    if (isLive(row, context))
      links.set(row.id, { from: row.issuer, to: row.subject, treatyId: row.id });
  }
  return links;
}

function isLive(row: TreatyRecord, { now }: PlanContext): boolean {
  return row.status === "active" && secondsLeft(row, now) > 0;
}

function follow(
  context: PlanContext,
  before: ReadonlyMap<string, Link>,
  planned: readonly PlannedChange[],
): Map<string, Link> {
  const after = new Map(before);
  for (const step of planned.flatMap((item) => item.steps)) {
    if (step.do === "revoke_treaty") after.delete(step.id);
    if (step.do === "issue_treaty") {
      after.set(step.id, {
        from: context.desired.authority.sovereignId,
        to: step.desired.subjectSovereignId,
        treatyId: step.id,
      });
    }
  }
  return after;
}

function graphOf(links: ReadonlyMap<string, Link>): Graph {
  return new Graph(
    [...links.values()].map((link) => ({
      ...link,
      status: "active",
      lifecycleState: "active",
      expiryRisk: "low",
      validFrom: "",
      expiresAt: "",
    })),
  );
}

function pairs(links: ReadonlyMap<string, Link>): ReadonlySet<string> {
  return new Set([...links.values()].map((link) => `${link.from}\n${link.to}`));
}

function endpoints(links: ReadonlyMap<string, Link>): ReadonlySet<string> {
  return new Set([...links.values()].flatMap((link) => [link.from, link.to]));
}

export interface Paths {
  readonly lost: TrustPathChange[];
  readonly gained: TrustPathChange[];
  readonly longer: TrustPathChange[];
}

/** Compares everyone's paths; only sources that reach a recognition that came or went can differ. */
export function comparePaths(before: Graph, after: Graph, changed: ReadonlySet<string>): Paths {
  const paths: Paths = { lost: [], gained: [], longer: [] };
  const sources = new Set([...before.predecessors(changed), ...after.predecessors(changed)]);
  for (const from of sortedSet(sources)) {
    const old = before.hopsFrom(from);
    const hops = after.hopsFrom(from);
    for (const [to, distance] of old) {
      const next = hops.get(to);
      if (next === undefined) paths.lost.push({ from, to, before: distance, after: null });
      else if (next > distance) paths.longer.push({ from, to, before: distance, after: next });
    }
    for (const [to, distance] of hops)
      if (!old.has(to)) paths.gained.push({ from, to, before: null, after: distance });
  }
  return paths;
}

function countPaths(graph: Graph): number {
  const sources = new Set(graph.edges.map((edge) => edge.from));
  let count = 0;
  for (const source of sources) count += graph.hopsFrom(source).size - 1;
  return count;
}

export function byEnds(left: TrustPathChange, right: TrustPathChange): number {
  return compareCodePoints(left.from, right.from) || compareCodePoints(left.to, right.to);
}

/** The blast radius of a plan's changes. */
export function blastRadius(context: PlanContext, planned: readonly PlannedChange[]): BlastRadius {
  const before = activeLinks(context);
  const after = follow(context, before, planned);
  const oldPairs = pairs(before);
  const newPairs = pairs(after);
  const changed = new Set<string>();
  for (const pair of oldPairs)
    if (!newPairs.has(pair)) changed.add(pair.slice(0, pair.indexOf("\n")));
  for (const pair of newPairs)
    if (!oldPairs.has(pair)) changed.add(pair.slice(0, pair.indexOf("\n")));
  const oldGraph = graphOf(before);
  const newGraph = changed.size === 0 ? oldGraph : graphOf(after);
  const { lost, gained, longer } = comparePaths(oldGraph, newGraph, changed);
  const pathsBefore = countPaths(oldGraph);
  const remaining = endpoints(after);
  const cutOff = sortedSet([...endpoints(before)].filter((sovereign) => !remaining.has(sovereign)));
  const found = lookup(context, oldGraph, newPairs);
  const first = (list: TrustPathChange[]): readonly TrustPathChange[] =>
    list.toSorted(byEnds).slice(0, LISTED);
  return {
    paths_before: pathsBefore,
    paths_after: pathsBefore - lost.length + gained.length,
    lost: first(lost),
    gained: first(gained),
    longer: first(longer),
    lost_count: lost.length,
    gained_count: gained.length,
    longer_count: longer.length,
    cut_off: cutOff.slice(0, LISTED),
    by_change: planned.flatMap((item) => impactOf(found, item)),
    truncated: [lost, gained, longer, cutOff].some((list) => list.length > LISTED),
  };
}

/** Look-ups that the impacts share, so that their cost follows the changes. */
interface Lookup {
  readonly context: PlanContext;
  /** Who accepts attestations of a sovereign before the changes. */
  readonly accepting: ReadonlyMap<string, readonly string[]>;
  readonly activeAttestations: ReadonlyMap<string, readonly string[]>;
  readonly pairsAfter: ReadonlySet<string>;
}

function lookup(context: PlanContext, graph: Graph, pairsAfter: ReadonlySet<string>): Lookup {
  const accepting = new Map<string, string[]>();
  for (const edge of graph.edges) push(accepting, edge.to, edge.from);
  const active = new Map<string, string[]>();
  for (const row of context.snapshot.attestations)
    if (row.status === "active") push(active, row.issuer, row.id);
  return { context, accepting, activeAttestations: active, pairsAfter };
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Who stops accepting what because of one change; nothing for a change that takes nothing away. */
function impactOf(found: Lookup, { change, steps }: PlannedChange): ChangeImpact[] {
  const taken = steps.flatMap((step) => takenAway(found, step));
  if (taken.length === 0) return [];
  return [
    {
      kind: change.kind,
      name: change.name,
      id: change.id,
      affected_accepting_sovereigns: sortedSet(taken.flatMap((item) => item.accepting)).slice(
        0,
        LISTED,
      ),
      attestations_no_longer_accepted: sortedSet(taken.flatMap((item) => item.attestations)).slice(
        0,
        LISTED,
      ),
    },
  ];
}

interface TakenAway {
  readonly accepting: readonly string[];
  readonly attestations: readonly string[];
}

function takenAway(
  { context, accepting, activeAttestations, pairsAfter }: Lookup,
  step: Step,
): TakenAway[] {
  switch (step.do) {
    case "revoke_treaty": {
      const row = context.index.treaties.get(step.id);
      const goesOn =
        row === undefined ||
        !isLive(row, context) ||
        pairsAfter.has(`${row.issuer}\n${row.subject}`);
      if (goesOn) return [{ accepting: [], attestations: [] }];
      return [{ accepting: [row.issuer], attestations: activeAttestations.get(row.subject) ?? [] }];
    }
    case "revoke_attestation": {
      const issuer =
        context.index.attestations.get(step.id)?.issuer ?? context.desired.authority.sovereignId;
      return [{ accepting: accepting.get(issuer) ?? [], attestations: [step.id] }];
    }
    case "import_feed": {
      const { issuer_sovereign_id: issuer, revoked_attestation_ids: ids } = step.feed.body;
      const imported = context.snapshot.importedRevocations.filter((row) => row.issuer === issuer);
      const known = new Set(imported.map((row) => row.attestationId));
      return [
        {
          accepting: accepting.get(issuer) ?? [],
          attestations: ids.filter((id) => !known.has(id)),
        },
      ];
    }
    default:
      return [];
  }
}
