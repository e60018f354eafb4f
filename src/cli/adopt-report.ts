/** What an adoption took over: the result that `adopt --json` prints. */
import type { Adopted } from "../adopt/adopt.js";
import type { Exception } from "../model/adoption.js";
import type { Verdict } from "../model/plan.js";
import type { Digest } from "../model/state.js";

export interface AdoptReport {
  readonly sovereign_id: string;
  readonly commit: string;
  readonly db: string;
  readonly generation: number;
  readonly state_digest: Digest;
  readonly feed_sequence: number;
  readonly adopted: Adopted["counts"];
  readonly left_out: readonly Exception[];
  /** What a plan says now. */
  readonly verdict: Verdict;
  readonly changes: number;
  readonly drift: number;
}

export function adoptReport(db: string, adopted: Adopted): AdoptReport {
  const { plan } = adopted;
  return {
    sovereign_id: adopted.sovereignId,
    commit: adopted.commit,
    db,
    generation: adopted.generation,
    state_digest: adopted.stateDigest,
    feed_sequence: adopted.feedSequence,
    adopted: adopted.counts,
    left_out: adopted.leftOut,
    verdict: plan.verdict,
    changes: plan.changes.length,
    drift: plan.drift.length,
  };
}
