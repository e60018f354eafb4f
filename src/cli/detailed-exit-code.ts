/** The exit code of `plan --detailed-exitcode` (design.md 7). */
import type { Plan } from "../model/plan.js";

/** 0: nothing to do. 2: changes, or drift alone. 3: changes that a guard refuses. */
export function detailedExitCode(plan: Plan): 0 | 2 | 3 {
  if (plan.verdict === "refused") return 3;
  return plan.changes.length > 0 || plan.drift.length > 0 ? 2 : 0;
}
