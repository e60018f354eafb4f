/** Findings about the desired state as it stands, whatever changes. */
import type { Finding } from "../model/plan.js";
import { positionOf, type PlanContext } from "./context.js";

/**
 * A treaty that names no role. The running reference grants nothing for it; software that follows the protocol's text
 * reads it as any role. Either way it is hardly what was meant.
 */
export function scopeFindings(context: PlanContext): readonly Finding[] {
  return context.desired.treaties
    .filter((treaty) => treaty.allowedRoles.length === 0)
    .map((treaty) => ({
      code: "any_role_scope",
      level: "warning",
      message: `${treaty.name} names no role: read as any role by some software, as none by the reference`,
      hint: "list the roles in scope.allowedRoles",
      kind: "RecognitionTreaty",
      name: treaty.name,
      source: positionOf(treaty.source),
    }));
}
