/** The command that applies a plan just made, with the places that the plan was made from. */
import type { Plan } from "../model/plan.js";

interface PlanFlags {
  readonly repo?: string | undefined;
  readonly ref?: string | undefined;
  readonly db?: string | undefined;
  readonly config?: string | undefined;
  readonly out?: string | undefined;
}

export function applyCommand(bin: string, flags: PlanFlags, plan: Plan): readonly string[] {
  const places = (["repo", "ref", "db", "config"] as const).flatMap((name) => {
    const value = flags[name];
    return value === undefined ? [] : [`--${name}`, value];
  });
  const what = flags.out === undefined ? ["--expect", plan.plan_digest] : [flags.out];
  return [bin, "apply", ...places, ...what];
}
