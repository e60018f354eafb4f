/** Whether a plan may be applied as it is, is refused, or has to be asked about. */
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { assertApplicable } from "../apply/apply.js";
import { AppError } from "../errors.js";
import type { Plan } from "../model/plan.js";

/** How a plan can be approved without a question. */
export interface GivenApproval {
  /** Digest from --expect or from a saved plan. */
  readonly expect: string | null;
  readonly autoApprove: boolean;
  /** Somebody can be asked: a terminal, and no --json. */
  readonly interactive: boolean;
}

/**
 * Returns once the plan is approved. What is refused anyway is refused here, before the state is opened for writing.
 * Throws AppError `stale_plan`, `plan_refused`, and `confirmation_required` when nobody can be asked, or says no.
 */
export async function approve(plan: Plan, given: GivenApproval): Promise<void> {
  if (given.expect !== null && given.expect !== plan.plan_digest) {
    throw new AppError(
      "stale_plan",
      `expected plan ${given.expect}, and it is now ${plan.plan_digest}`,
    );
  }
  assertApplicable(plan);
  if (plan.verdict === "no_changes" || given.expect !== null || given.autoApprove) return;
  const details = { plan_digest: plan.plan_digest, change_digest: plan.change_digest };
  if (!given.interactive) {
    throw new AppError("confirmation_required", "nobody has approved this plan", { details });
  }
  if (!(await isYes("Apply this plan?"))) {
    throw new AppError("confirmation_required", "not approved; nothing was changed", {
      hint: "change and commit what you want otherwise, or run apply again",
      details,
    });
  }
}

/**
 * The question goes to stderr. The terminal keeps its own line editing: Ctrl-C is a signal as everywhere else, and
 * Ctrl-D, the end of the input, is a no.
 */
export async function isYes(asked: string): Promise<boolean> {
  const prompt = createInterface({
    input: process.stdin,
    output: process.stderr,
    terminal: false,
  });
  const ended = once(prompt, "close").then(() => "");
  const answer = prompt.question(`\n${asked} Only 'yes' is accepted: `);
  try {
    return (await Promise.race([answer, ended])) === "yes";
  } finally {
    prompt.close();
  }
}
