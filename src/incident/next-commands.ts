/** The commands that bring a draft into force, for people to copy. Pure. */
import type { IncidentDraft, IncidentResult } from "../model/incident.js";

/** For each draft that waits for nothing but a review: read its plan, merge it, apply it. */
export function mergeCommands(drafts: readonly IncidentDraft[]): IncidentResult["next"] {
  return drafts
    .filter(({ held, settled }) => held === null && !settled)
    .flatMap(({ branch }) => [
      ["concordat", "plan", "--ref", branch],
      ["git", "merge", "--ff-only", branch],
      ["concordat", "apply"],
    ]);
}
