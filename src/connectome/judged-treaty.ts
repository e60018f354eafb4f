/** A treaty of the state with the lifecycle it has at one moment. */
import type { TreatyRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { compareCodePoints } from "../protocol/code-points.js";
import type { Edge } from "../protocol/graph.js";
import { parseTimestamp, toInstant } from "../protocol/instant.js";
import { nextTransition, treatyLifecycle } from "../protocol/lifecycle.js";

export interface JudgedTreaty {
  readonly treaty: TreatyRecord;
  readonly edge: Edge;
  readonly judgedAt: Instant;
  /** The next moment at which its lifecycle changes; null: never again. */
  readonly validUntil: Instant | null;
}

/** Throws AppError `bad_time` when the row's expiry is not a date-time. */
export function judgeTreaty(treaty: TreatyRecord, now: Instant): JudgedTreaty {
  const { state, expiry_risk } = treatyLifecycle(treaty, now);
  return {
    treaty,
    edge: {
      from: treaty.issuer,
      to: treaty.subject,
      treatyId: treaty.id,
      status: treaty.status,
      lifecycleState: state,
      expiryRisk: expiry_risk,
      validFrom: treaty.validFrom,
      expiresAt: treaty.expiresAt,
    },
    judgedAt: now,
    validUntil:
      treaty.status === "revoked"
        ? null
        : nextTransition(toInstant(parseTimestamp(treaty.expiresAt)), now),
  };
}

/** Whether a judgement made at one moment is right at another. A clock that was set back asks for a new one as well. */
export function holdsAt(
  judgement: { readonly judgedAt: Instant; readonly validUntil: Instant | null },
  now: Instant,
): boolean {
  const { judgedAt, validUntil } = judgement;
  return now >= judgedAt && (validUntil === null || now < validUntil);
}

type IssueOrder = Pick<TreatyRecord, "issuedAt" | "id">;

/** Order of issue: by the text of the time, as the reference's `ORDER BY issued_at`, then by id, where it leaves ties open. */
export function compareIssue(a: IssueOrder, b: IssueOrder): number {
  return compareCodePoints(a.issuedAt, b.issuedAt) || compareCodePoints(a.id, b.id);
}
