/** Asks whether a restore may go on, with what it changes in sight. */
import { AppError } from "../errors.js";
import type { RestorePlan } from "../model/restore.js";
import { isYes } from "./approval.js";
import type { Paint } from "./render/paint.js";
import { renderRestorePlan } from "./render/restore.js";

/** Throws AppError `confirmation_required` when nobody can be asked, or says no. */
export async function approveRestore(
  plan: RestorePlan,
  mayAsk: boolean,
  paint: Paint,
): Promise<void> {
  if (!mayAsk || !process.stdin.isTTY)
    throw new AppError("confirmation_required", "nobody has approved this restore", {
      hint: `look at it: concordat restore --backup ${plan.backup.file} --dry-run; then pass --yes`,
    });
  process.stderr.write(renderRestorePlan(plan, paint));
  if (await isYes("Restore this backup?")) return;
  throw new AppError("confirmation_required", "not approved; nothing was changed", {
    hint: "run it again, or name another backup with --backup",
  });
}
