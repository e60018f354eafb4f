/** `Desired × Snapshot × policy × now → Plan`: the whole of planning, pure. */
import type { Desired } from "../model/desired.js";
import type { Change, Drift, Gate, Plan, PlanSummary, Skipped, Verdict } from "../model/plan.js";
import type { Kind } from "../model/resources.js";
import type { Snapshot } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { fromInstant } from "../protocol/instant.js";
import { blastRadius } from "./blast-radius.js";
import { planContext, type PlanContext } from "./context.js";
import { diffFeeds } from "./diff-feeds.js";
import { diffKeys } from "./diff-keys.js";
import { diffAuthority, diffRecognitionPolicy, diffSovereigns } from "./diff-records.js";
import { diffRevocations } from "./diff-revocations.js";
import { diffSigned } from "./diff-signed.js";
import { changeDigest, planDigest } from "./digests.js";
import { freezeAt, judgeGates, type Allowances } from "./gates.js";
import { lapsing } from "./lapsing.js";
import { compareChanges } from "./order.js";
import { pinRevocations, revocationsOf } from "./revoked.js";
import { feedFindings, scopeFindings } from "./scope-findings.js";
import { attestations, treaties } from "./signed-kind.js";
import { policyDigest } from "./spec.js";
import { emptyOutcome, type Outcome, type PlannedChange, type Step } from "./step.js";

export interface PlanInput {
  readonly desired: Desired;
  readonly snapshot: Snapshot;
  readonly now: Instant;
  readonly ref: string;
  /** The working tree differs from the commit that is planned. */
  readonly dirty: boolean;
  readonly version: string;
  /** Number of verified approvals of this change. */
  readonly approvals: number;
  readonly allowances: Allowances;
}

/** A plan and what carries it out. The plan alone is what people see, sign and save. */
export interface Planned {
  readonly plan: Plan;
  readonly steps: readonly Step[];
}

function compare(context: PlanContext): Outcome {
  const pinned = pinRevocations(context);
  const outcomes = [
    diffAuthority(context),
    diffKeys(context, revocationsOf(pinned, "OperatorKey")),
    diffSovereigns(context),
    diffRecognitionPolicy(context),
    diffFeeds(context),
    diffSigned(context, treaties(context), revocationsOf(pinned, "RecognitionTreaty")),
    diffSigned(context, attestations(context), revocationsOf(pinned, "MembershipAttestation")),
    diffRevocations(context, pinned),
  ];
  const all = emptyOutcome();
  for (const outcome of outcomes) {
    all.planned.push(...outcome.planned);
    all.drift.push(...outcome.drift);
    all.skipped.push(...outcome.skipped);
    all.findings.push(...outcome.findings);
  }
  all.findings.push(...scopeFindings(context), ...feedFindings(context));
  return all;
}

/**
 * What a freeze does not hold back though it widens: another authority key, and on the first apply the authority and its
 * operators. Nothing could be signed, and nobody could act, without them.
 */
function isFoundation(context: PlanContext, { kind, fields }: Change): boolean {
  if (context.snapshot.authority === null) return kind === "Authority" || kind === "OperatorKey";
  return kind === "Authority" && fields.some(({ path }) => path === "/public_key");
}

/** Issuers of whom a refused feed would give trust back: their next feeds lean on the sequence that it re-opens. */
function refusedIssuers(planned: readonly PlannedChange[]): ReadonlySet<unknown> {
  const refusals = planned.filter(
    ({ change }) => change.action === "reject" && change.risk === "widens",
  );
  return new Set(refusals.map(({ change }) => change.after?.["issuer_sovereign_id"]));
}

/** In a freeze, grants wait and everything else passes (design.md 5). */
function thaw(
  context: PlanContext,
  outcome: Outcome,
): { readonly planned: readonly PlannedChange[]; readonly frozen: readonly Skipped[] } {
  const window = freezeAt(context, context.now);
  if (window === null) return { planned: outcome.planned, frozen: [] };
  const refused = refusedIssuers(outcome.planned);
  const waits = ({ change }: PlannedChange): boolean =>
    (change.risk === "widens" && !isFoundation(context, change)) ||
    (change.action === "import" && refused.has(change.after?.["issuer_sovereign_id"]));
  const planned = outcome.planned.filter((item) => !waits(item));
  const frozen = outcome.planned.filter(waits).map(({ change }) => ({
    kind: change.kind,
    name: change.name,
    id: change.id,
    reason: "frozen" as const,
    message: `waits for the freeze to end at ${window.until}`,
  }));
  return { planned, frozen };
}

function summarise(changes: readonly Change[]): PlanSummary {
  const byKind: { [K in Kind]?: { [A in Change["action"]]?: number } } = {};
  const counts = { grant: 0, change: 0, remove: 0, revoke: 0 };
  for (const { action, kind, risk } of changes) {
    const actions = (byKind[kind] ??= {});
    actions[action] = (actions[action] ?? 0) + 1;
    if (action === "revoke" || action === "import") counts.revoke += 1;
    else if (action === "remove") counts.remove += 1;
    else if (action === "issue" || (action === "add" && risk === "widens")) counts.grant += 1;
    else counts.change += 1;
  }
  return { ...counts, by_kind: byKind };
}

function verdictOf(changes: readonly Change[], gates: readonly Gate[]): Verdict {
  if (gates.some((gate) => gate.status === "refuse")) return "refused";
  if (changes.length === 0) return "no_changes";
  return gates.some((gate) => gate.status === "wait") ? "waiting" : "ready";
}

function byIdentity(left: Drift | Skipped, right: Drift | Skipped): number {
  const key = (item: Drift | Skipped): string => `${item.kind}\n${item.name ?? ""}\n${item.id}`;
  return key(left) < key(right) ? -1 : 1;
}

/**
 * Two changes can take the same object away: the one of a name that it bore and the one of a name that it bears. The state is
 * told once, with the reason that comes first.
 */
function once(steps: readonly Step[]): readonly Step[] {
  const told = new Set<string>();
  return steps.filter((step) => {
    const id = takenAway(step);
    if (id === null) return true;
    const isFirst = !told.has(id);
    told.add(id);
    return isFirst;
  });
}

function takenAway(step: Step): string | null {
  switch (step.do) {
    case "revoke_operator_key":
      return `key ${step.keyId}`;
    case "remove_sovereign":
      return `sovereign ${step.sovereignId}`;
    case "revoke_treaty":
    case "revoke_attestation":
      return `object ${step.id}`;
    default:
      return null;
  }
}

/** Makes the plan. Deterministic: equal inputs give equal plans, and only `created_at` tells two runs apart. */
export function makePlan(input: PlanInput): Planned {
  const { desired, snapshot } = input;
  const context = planContext(desired, snapshot, input.now);
  const outcome = compare(context);
  const { planned: kept, frozen } = thaw(context, outcome);
  const planned = kept.toSorted((left, right) => compareChanges(left.change, right.change));
  const changes = planned.map((item) => item.change);
  const skipped = [...outcome.skipped, ...frozen].toSorted(byIdentity);
  const ending = lapsing(context, planned, outcome.drift);
  const drift = [...outcome.drift, ...ending.drift].toSorted(byIdentity);
  const findings = [...outcome.findings, ...ending.findings];
  const radius = blastRadius(context, planned);
  const gates = judgeGates(context, {
    changes,
    findings,
    radius,
    frozen: frozen.length,
    frozenChanges: frozen,
    approvals: input.approvals,
    allowances: input.allowances,
  });
  const policy = policyDigest(context.policy);
  const change = changeDigest({
    tree: desired.tree,
    policyDigest: policy,
    changes,
    drift,
    skipped,
  });
  const plan: Plan = {
    format: "concordat/plan/v1",
    tool: { name: "concordat", version: input.version },
    created_at: fromInstant(input.now),
    source: { ref: input.ref, commit: desired.commit, tree: desired.tree, dirty: input.dirty },
    base: { commit: snapshot.applied?.commit ?? null, tree: snapshot.applied?.tree ?? null },
    verdict: verdictOf(changes, gates),
    summary: summarise(changes),
    changes,
    drift,
    skipped,
    lapsing: ending.lapsing,
    findings,
    blast_radius: radius,
    gates,
    policy_digest: policy,
    change_digest: change,
    state_digest: snapshot.digest,
    plan_digest: planDigest(change, snapshot.digest, radius),
  };
  return { plan, steps: once(planned.flatMap((item) => item.steps)) };
}
