/** A step that drafts a branch, and what becomes of the branches of earlier runs. */
import { AppError } from "../errors.js";
import type { IncidentDraft, IncidentFinding } from "../model/incident.js";
import type { IncidentFolder } from "./folder.js";

/** Nothing is drafted before a person has done something. */
export interface Held {
  readonly reason: string;
}

/** A draft that cannot be made is no reason to stop: it is written down, and comes back as a finding. */
export async function drafting(
  folder: IncidentFolder,
  { step, branch }: { readonly step: string; readonly branch: string },
  work: () => Promise<IncidentDraft | Held | null>,
): Promise<{
  readonly draft: IncidentDraft | null;
  readonly findings: readonly IncidentFinding[];
}> {
  try {
    const draft = await work();
    if (draft === null || !("branch" in draft)) {
      const outcome = draft === null ? "already" : "held";
      folder.record({ step, outcome, message: draft?.reason ?? "nothing is left to draft" });
      if (draft === null) settle(folder, branch);
      return { draft: null, findings: [] };
    }
    const others = folder.incident.drafts.filter(
      (other) => other.branch !== draft.branch && (other.settled || !isNumbered(other, branch)),
    );
    folder.update({ drafts: [...others, draft] });
    const message = `branch ${draft.branch} at ${draft.commit.slice(0, 12)}`;
    folder.record({ step, outcome: draft.held === null ? "done" : "held", message });
    return { draft, findings: [] };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const message = `${error.code}: ${error.message}`;
    folder.record({ step, outcome: "failed", message });
    const { hint } = error;
    const finding = {
      code: "no_draft",
      level: "error",
      message: `${step}: ${message}`,
      hint,
    } as const;
    return { draft: null, findings: [finding] };
  }
}

/** Nothing of what an earlier run drafted under this name is left to merge. */
function settle(folder: IncidentFolder, branch: string): void {
  const drafts = folder.incident.drafts.map((draft) =>
    isNumbered(draft, branch) ? { ...draft, settled: true } : draft,
  );
  folder.update({ drafts });
}

/** Of this name, or with a number behind it. */
function isNumbered(draft: IncidentDraft, branch: string): boolean {
  const rest = draft.branch.startsWith(branch) ? draft.branch.slice(branch.length) : null;
  return rest !== null && /^(?:-\d+)?$/.test(rest);
}
