/** The conditions that say how the controller does (docs/operations.md), folded from what a run has found. Pure. */
import {
  CONDITIONS,
  type Condition,
  type ConditionReason,
  type ConditionStatus,
  type ConditionType,
  type FeedStatus,
  type Suspension,
} from "../model/controller.js";
import type { Timestamp } from "../model/time.js";

/** What a condition says, before it is known whether that is news. */
export interface Judgement {
  readonly status: ConditionStatus;
  readonly reason: ConditionReason;
  readonly message: string;
}

export type Judgements = { readonly [T in ConditionType]?: Judgement };

export interface Transition {
  readonly condition: Condition;
  /** Null: it had not been judged before. */
  readonly previous: ConditionStatus | null;
}

const NOT_YET_JUDGED: Judgement = {
  status: "Unknown",
  reason: "NotYetRun",
  message: "nothing has run yet",
};

/**
 * The conditions after `judgements`; those it leaves out stay. A transition is another status or another reason: the time
 * moves with the status alone, as kstatus has it.
 */
export function fold(
  before: readonly Condition[],
  judgements: Judgements,
  at: Timestamp,
  commit: string | null,
): { readonly conditions: readonly Condition[]; readonly transitions: readonly Transition[] } {
  const transitions: Transition[] = [];
  const conditions = CONDITIONS.map((type) => {
    const known = before.find((condition) => condition.type === type);
    const judgement = judgements[type] ?? (known === undefined ? NOT_YET_JUDGED : null);
    if (judgement === null && known !== undefined) return known;
    const said = judgement ?? NOT_YET_JUDGED;
    const condition: Condition = {
      type,
      ...said,
      last_transition_time: known?.status === said.status ? known.last_transition_time : at,
      observed_commit: commit,
    };
    if (known?.status !== said.status || known.reason !== said.reason)
      transitions.push({ condition, previous: known?.status ?? null });
    return condition;
  });
  return { conditions, transitions };
}

/** The kstatus trio: ready when equal to the head, stalled when only another input helps, reconciling in between. */
export function readiness(
  outcome: "succeeded" | "retrying" | "stalled",
  reason: ConditionReason,
  message: string,
): Pick<Judgements, "Ready" | "Reconciling" | "Stalled"> {
  const quiet: Judgement = { status: "False", reason, message: "" };
  switch (outcome) {
    case "succeeded":
      return {
        Ready: { status: "True", reason, message },
        Reconciling: quiet,
        Stalled: quiet,
      };
    case "retrying":
      return {
        Ready: { status: "False", reason, message },
        Reconciling: { status: "True", reason: "ProgressingWithRetry", message },
        Stalled: quiet,
      };
    case "stalled":
      return {
        Ready: { status: "False", reason, message },
        Reconciling: quiet,
        Stalled: { status: "True", reason, message },
      };
  }
}

export function drifted(count: number): Judgement {
  return count === 0
    ? { status: "False", reason: "NoDrift", message: "the state is as it was applied" }
    : {
        status: "True",
        reason: "DriftDetected",
        message: `${count} ${count === 1 ? "object was" : "objects were"} changed outside git`,
      };
}

export function suspended(suspension: Suspension | null): Judgement {
  if (suspension === null)
    return { status: "False", reason: "NotSuspended", message: "git is followed" };
  const { by, reason, until } = suspension;
  const end = until === null ? "until somebody resumes" : `until ${until.replace(/\.\d+/, "")}`;
  return { status: "True", reason: "Suspended", message: `${end}, by ${by}: ${reason}` };
}

export function frozen(
  window: { readonly until: string; readonly reason: string } | null,
): Judgement {
  if (window === null)
    return { status: "False", reason: "NoFreeze", message: "no freeze window is open" };
  return {
    status: "True",
    reason: "FreezeWindow",
    message: `grants wait until ${window.until}: ${window.reason}`,
  };
}

/** A feed that no poll has verified in time lets through what was revoked since. */
export function feedsFresh(feeds: readonly FeedStatus[]): Judgement {
  const stale = feeds.filter((feed) => !feed.fresh && feed.result !== null);
  if (feeds.length === 0)
    return { status: "True", reason: "NoFeeds", message: "no sovereign has a feed to poll" };
  if (stale.length > 0)
    return {
      status: "False",
      reason: "FeedOverdue",
      message: `older than allowed: ${named(stale)}`,
    };
  // One that was only just named in git is no alarm.
  const waiting = feeds.filter((feed) => !feed.fresh);
  if (waiting.length > 0)
    return { status: "Unknown", reason: "NotYetRun", message: `not polled yet: ${named(waiting)}` };
  return { status: "True", reason: "FeedsCurrent", message: `all ${feeds.length} are current` };
}

function named(feeds: readonly FeedStatus[]): string {
  const first = feeds.slice(0, 5).map((feed) => feed.issuer_sovereign_id);
  const more = feeds.length > first.length ? ` and ${feeds.length - first.length} more` : "";
  return first.join(", ") + more;
}
