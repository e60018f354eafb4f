/** What an apply did: the result that `apply --json` prints. */
import type { Plan } from "../model/plan.js";
import type { Digest } from "../model/state.js";
import type { ApplyResult } from "../reconcile.js";

export interface ApplyReport {
  /** False: there was nothing to do. */
  readonly applied: boolean;
  readonly generation: number | null;
  /** The state after it. */
  readonly state_digest: Digest;
  /** Sequence of the revocation feed published with it; null when the feed stands as it was. */
  readonly feed_sequence: number | null;
  readonly events: number;
  readonly plan: Plan;
}

export function applyReport({ applied, plan, stateDigest }: ApplyResult): ApplyReport {
  return {
    applied: applied !== null,
    generation: applied?.generation ?? null,
    state_digest: stateDigest,
    feed_sequence: applied?.feedSequence ?? null,
    events: applied?.events ?? 0,
    plan,
  };
}

/** How this process is named to another that finds the state locked. */
export function holderOf(command: string): string {
  return `concordat ${command}`;
}
