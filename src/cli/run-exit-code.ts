/** The exit code of a pass in the foreground (design.md 7). */
import type { ConditionReason, Run } from "../model/controller.js";

const GUARDS: ReadonlySet<ConditionReason> = new Set([
  "PolicyDenied",
  "ThresholdExceeded",
  "ApprovalsMissing",
  "HistoryRewritten",
]);

/** 0: the state equals the head. 1: it could not be made so. 3: a guard or a suspension refused. 4: stale. 6: integrity. */
export function runExitCode({ outcome, reason }: Run): 0 | 1 | 3 | 4 | 6 {
  if (outcome === "suspended" || GUARDS.has(reason)) return 3;
  if (outcome !== "failed" && outcome !== "stalled") return 0;
  if (reason === "PlanStale") return 4;
  return reason === "KeyMismatch" ? 6 : 1;
}
