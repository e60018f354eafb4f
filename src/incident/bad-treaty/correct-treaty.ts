/** The branch with the corrected treaty, which comes to be only once a second source has confirmed the subject's keys. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { IncidentDraft, IncidentFinding } from "../../model/incident.js";
import type { TreatyRecord } from "../../model/state.js";
import { fromInstant } from "../../protocol/instant.js";
import {
  confirm,
  CORRECTED,
  putCorrected,
  readCorrected,
  reissueAfter,
  subjectKeys,
  unconfirmed,
} from "./corrected-treaty.js";
import { branchName } from "../branch-name.js";
import { Draft } from "../draft.js";
import type { IncidentFolder } from "../folder.js";
import { drafting } from "../drafting.js";
import { keepPlan } from "../evidence.js";
import { withState, type IncidentTools } from "../tools.js";

export interface Correction {
  /** The file's bytes; null: the one that an earlier run was given. */
  readonly corrected: Uint8Array | null;
  /** Keys that a person has read elsewhere, and where. */
  readonly confirmed: { readonly keys: readonly string[]; readonly source: string } | null;
}

export interface Corrected {
  readonly findings: readonly IncidentFinding[];
  /** A key was confirmed that the draft does not have. */
  readonly isRefused: boolean;
}

/** Throws AppError `bad_draft` for a file that is no corrected treaty. */
export async function draftCorrected(
  tools: IncidentTools,
  folder: IncidentFolder,
  treaty: TreatyRecord & { readonly name: string },
  revocation: IncidentDraft | null,
  { corrected: given, confirmed }: Correction,
): Promise<Corrected> {
  const bytes = given ?? earlier(folder);
  if (bytes === null) return { findings: [], isRefused: false };
  const corrected = readCorrected(bytes, tools.source.limits);
  if (given !== null) folder.addFile(CORRECTED, given);
  const state: { isRefused: boolean; finding: IncidentFinding | null } = {
    isRefused: false,
    finding: null,
  };
  const branch = `incident/corrected-${branchName(treaty.name)}`;
  const { findings } = await drafting(folder, { step: "draft-corrected", branch }, async () => {
    const source = revocation === null ? tools.source : { ...tools.source, ref: revocation.branch };
    const draft = await Draft.over(source);
    const needed = subjectKeys(corrected, draft);
    state.isRefused = takeConfirmations(tools, folder, needed, confirmed);
    const open = unconfirmed(needed, folder.incident.confirmations);
    if (open.length > 0) {
      state.finding = held(corrected.treaty.spec.subject, open, state.isRefused);
      return { reason: state.finding.message };
    }
    const inventory = await withState(tools, (reader) => reader.snapshot().inventory);
    putCorrected(draft, corrected, reissueAfter(inventory, treaty.id));
    if (draft.isEmpty) return null;
    const purpose = `Correct the treaty with ${treaty.subject}`;
    const made = await draft.commit(branch, purpose);
    await keepPlan(tools, folder, made, "corrected");
    return made;
  });
  return {
    findings: state.finding === null ? findings : [...findings, state.finding],
    isRefused: state.isRefused,
  };
}

function earlier({ dir }: IncidentFolder): Uint8Array | null {
  try {
    return readFileSync(join(dir, CORRECTED));
  } catch {
    return null;
  }
}

/** Returns whether one of them is not a key of the draft. */
function takeConfirmations(
  { by, clock }: IncidentTools,
  folder: IncidentFolder,
  needed: readonly string[],
  confirmed: Correction["confirmed"],
): boolean {
  if (confirmed === null) return false;
  const { keys, source } = confirmed;
  const taken = confirm(keys, needed, { at: fromInstant(clock()), by, source });
  folder.update({ confirmations: [...folder.incident.confirmations, ...taken] });
  for (const { value, holds } of taken) {
    const outcome = holds ? "done" : "refused";
    const message = holds ? `${value}, by ${source}` : `${value} is no key of the draft`;
    folder.record({ step: "confirm-key", outcome, message });
  }
  return taken.some(({ holds }) => !holds);
}

function held(subject: string, open: readonly string[], isRefused: boolean): IncidentFinding {
  return {
    code: isRefused ? "key_not_confirmed" : "keys_unconfirmed",
    level: isRefused ? "error" : "warning",
    message: isRefused
      ? `the key that was confirmed is not the one in the draft; ${CORRECTED} stays a draft`
      : `no second source has confirmed ${open.join(", ")} of ${subject}; ${CORRECTED} stays a draft`,
    hint: isRefused
      ? `ask ${subject} which key holds, over a channel that the first key did not come from`
      : `read the key elsewhere, and run this again with --confirm-key KEY --source TEXT`,
  };
}
