/** The guards of design.md 5: who may, how much, when. A gate that cannot be judged refuses. */
import type { Limit } from "../model/desired.js";
import type { BlastRadius, Change, Finding, Gate, Risk, Skipped } from "../model/plan.js";
import { KINDS } from "../model/resources.js";
import type { Instant } from "../model/time.js";
import { parseTimestamp, toInstant } from "../protocol/instant.js";
import { inventoryOf, type PlanContext } from "./context.js";

/** What whoever applies has allowed for this one run: at most so many, never a blanket force. */
export interface Allowances {
  readonly removals: number | null;
  readonly lostPaths: number | null;
}

export const NO_ALLOWANCES: Allowances = { removals: null, lostPaths: null };

function limitOf(limit: Limit, existing: number): number {
  return Math.max(limit.count, Math.floor((limit.percent * existing) / 100));
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function pass(
  name: Gate["name"],
  message: string,
  limit: number | null = null,
  value: number | null = null,
): Gate {
  return { name, status: "pass", message, limit, value };
}

function removalsGate(
  context: PlanContext,
  changes: readonly Change[],
  allowed: number | null,
): Gate {
  let total = 0;
  let tightest: { readonly limit: number; readonly count: number; readonly kind: string } | null =
    null;
  for (const kind of KINDS) {
    const removed = changes.filter(
      (item) =>
        item.kind === kind &&
        item.reason === "removed_from_desired_state" &&
        item.risk === "reduces",
    ).length;
    if (removed === 0) continue;
    total += removed;
    const existing = [...inventoryOf(context, kind).values()].filter((entry) => entry.live).length;
    const limit = limitOf(context.policy.removals, existing);
    if (
      removed > limit &&
      (tightest === null || removed - limit > tightest.count - tightest.limit)
    ) {
      tightest = { limit, count: removed, kind };
    }
  }
  if (tightest === null) return pass("removals", `${total} removed`, null, total);
  const { limit, count, kind } = tightest;
  if (allowed !== null && total <= allowed)
    return pass("removals", `${total} removed, allowed up to ${allowed}`, allowed, total);
  return {
    name: "removals",
    status: "refuse",
    message: `${count} ${kind} resources would go, over the limit of ${limit}; if that is meant: --allow-removals ${total}`,
    limit,
    value: count,
  };
}

function lostPathsGate(context: PlanContext, radius: BlastRadius, allowed: number | null): Gate {
  const limit = limitOf(context.policy.lostPaths, radius.paths_before);
  const lost = radius.lost_count;
  if (lost <= limit) return pass("lost_paths", `${counted(lost, "trust path")} lost`, limit, lost);
  if (allowed !== null && lost <= allowed) {
    return pass(
      "lost_paths",
      `${counted(lost, "trust path")} lost, allowed up to ${allowed}`,
      allowed,
      lost,
    );
  }
  return {
    name: "lost_paths",
    status: "refuse",
    message: `${counted(lost, "trust path")} would be lost, over the limit of ${limit}; if that is meant: --allow-lost-paths ${lost}`,
    limit,
    value: lost,
  };
}

/** At least one privileged key must stay usable, or nobody could sign an admin request any more. */
function lastKeyGate(
  context: PlanContext,
  changes: readonly Change[],
  frozenChanges: readonly Skipped[],
): Gate {
  const frozen = new Set(
    frozenChanges.filter((item) => item.kind === "OperatorKey").map((item) => item.id),
  );
  const revoked = new Set(
    changes
      .filter(
        (item) =>
          item.kind === "OperatorKey" && (item.action === "revoke" || item.action === "remove"),
      )
      .map((item) => item.id),
  );
  // A key whose change waits for the end of a freeze is still worth what its stored record says.
  const standing = context.desired.operatorKeys.map((key) =>
    frozen.has(key.keyId) ? context.index.keys.get(key.keyId) : key,
  );
  const usable = standing.filter(
    (key) =>
      key !== undefined &&
      key.tier === "privileged" &&
      key.state === "active" &&
      !revoked.has(key.keyId) &&
      !context.index.revokedKeys.has(key.keyId) &&
      (key.validFrom === null || toInstant(key.validFrom) <= context.now) &&
      (key.validUntil === null || toInstant(key.validUntil) > context.now),
  );
  if (usable.length > 0)
    return pass(
      "last_privileged_key",
      counted(usable.length, "usable privileged key"),
      1,
      usable.length,
    );
  return {
    name: "last_privileged_key",
    status: "refuse",
    message:
      "no usable privileged operator key would be left; add the replacement in the same commit",
    limit: 1,
    value: 0,
  };
}

/** The freeze window that `now` lies in, if any. */
export function freezeAt(
  context: Pick<PlanContext, "policy">,
  now: Instant,
): { readonly until: string; readonly reason: string } | null {
  for (const window of context.policy.freeze) {
    if (
      toInstant(parseTimestamp(window.from)) <= now &&
      now < toInstant(parseTimestamp(window.until))
    )
      return window;
  }
  return null;
}

function freezeGate(context: PlanContext, frozen: number): Gate {
  const window = freezeAt(context, context.now);
  if (window === null) return pass("freeze", "no freeze");
  return pass(
    "freeze",
    `frozen until ${window.until} (${window.reason}); ${frozen} grants wait`,
    null,
    frozen,
  );
}

/**
 * Approvals asked for by the riskiest change. Approvals by signature do not exist yet, so `have` is always what the
 * caller verified: today nothing, and a policy that asks for one refuses (fail closed, design.md 4.6).
 */
function approvalsGate(context: PlanContext, changes: readonly Change[], have: number): Gate {
  const risks = new Set<Risk>(changes.map((item) => item.risk));
  const required = Math.max(0, ...[...risks].map((risk) => context.policy.approvals[risk]));
  if (have >= required)
    return pass(
      "approvals",
      required === 0 ? "none required" : `${have} of ${required}`,
      required,
      have,
    );
  return {
    name: "approvals",
    status: "wait",
    message: `${have} of ${required} approvals`,
    limit: required,
    value: have,
  };
}

function findingsGate(findings: readonly Finding[]): Gate {
  const errors = findings.filter((finding) => finding.level === "error").length;
  if (errors === 0) return pass("findings", "no errors", 0, 0);
  return {
    name: "findings",
    status: "refuse",
    message: `${counted(errors, "finding")} of level error`,
    limit: 0,
    value: errors,
  };
}

/** Judges a plan's changes. */
export function judgeGates(
  context: PlanContext,
  given: {
    readonly changes: readonly Change[];
    readonly findings: readonly Finding[];
    readonly radius: BlastRadius;
    readonly frozen: number;
    /** What a freeze holds back. */
    readonly frozenChanges: readonly Skipped[];
    readonly approvals: number;
    readonly allowances: Allowances;
  },
): readonly Gate[] {
  return [
    findingsGate(given.findings),
    removalsGate(context, given.changes, given.allowances.removals),
    lostPathsGate(context, given.radius, given.allowances.lostPaths),
    lastKeyGate(context, given.changes, given.frozenChanges),
    freezeGate(context, given.frozen),
    approvalsGate(context, given.changes, given.approvals),
  ];
}
