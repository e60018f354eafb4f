/** A treaty of the state with the lifecycle it has at one moment. */
import type { TreatyRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { compareCodePoints } from "../protocol/code-points.js";
import type { Edge } from "../protocol/graph.js";
import { treatyLifecycle, type ExpiryRisk, type LifecycleState } from "../protocol/lifecycle.js";

export interface JudgedTreaty {
  readonly treaty: TreatyRecord;
  readonly state: LifecycleState;
  readonly risk: ExpiryRisk;
}

/** Throws AppError `bad_time` when the row's expiry is not a date-time. */
export function judgeTreaty(treaty: TreatyRecord, now: Instant): JudgedTreaty {
  const { state, expiry_risk } = treatyLifecycle(treaty, now);
  return { treaty, state, risk: expiry_risk };
}

export function toEdge({ treaty, state, risk }: JudgedTreaty): Edge {
  return {
    from: treaty.issuer,
    to: treaty.subject,
    treatyId: treaty.id,
    status: treaty.status,
    lifecycleState: state,
    expiryRisk: risk,
    validFrom: treaty.validFrom,
    expiresAt: treaty.expiresAt,
  };
}

type IssueOrder = Pick<TreatyRecord, "issuedAt" | "id">;

/** Order of issue: by the text of the time, as the reference's `ORDER BY issued_at`, then by id, where it leaves ties open. */
export function compareIssue(a: IssueOrder, b: IssueOrder): number {
  return compareCodePoints(a.issuedAt, b.issuedAt) || compareCodePoints(a.id, b.id);
}
