/** The branches of a bad feed: one refuses it and suspends its issuer, one takes the corrected feed instead. */
import type { IncidentDraft, IncidentFinding } from "../../model/incident.js";
import type { CorrectedFeed } from "./corrected.js";
import { acceptIn, issuerResource, knownFiles, rejectIn, suspendIn } from "./drafts.js";
import type { FeedEffect } from "./effect.js";
import { Draft } from "../draft.js";
import type { IncidentFolder } from "../folder.js";
import { drafting } from "../drafting.js";
import { keepPlan } from "../evidence.js";
import { type IncidentTools } from "../tools.js";

export interface DraftedAnswer {
  readonly drafts: readonly IncidentDraft[];
  readonly findings: readonly IncidentFinding[];
}

/** A corrected feed comes over the refusal, and opens the issuer's feed again: what is suspended cannot be imported. */
export async function draftAnswer(
  tools: IncidentTools,
  folder: IncidentFolder,
  bad: FeedEffect,
  corrected: CorrectedFeed | null,
): Promise<DraftedAnswer> {
  const refusing = `incident/feed-${slug(bad.issuer)}-${bad.sequence}`;
  const correcting = `${refusing}-corrected`;
  const refusal = await drafting(folder, { step: "draft-refusal", branch: refusing }, async () => {
    const draft = await Draft.over(tools.source);
    const sovereign = issuerResource(draft, bad.issuer);
    // With the refusal in git already, suspension has ended or goes on as git says.
    const known = await knownFiles(draft, tools.source, draft.ref);
    const isRefused = !rejectIn(draft, sovereign, bad, known);
    if (!isRefused) suspendIn(draft, sovereign, true);
    return await made(tools, folder, draft, {
      branch: refusing,
      purpose: `Refuse feed ${bad.sequence} of ${bad.issuer}`,
      plan: "refusal",
      held: null,
    });
  });
  const first = refusal.draft;
  const correction = await drafting(
    folder,
    { step: "draft-correction", branch: correcting },
    async () => {
      if (corrected?.accepted !== true) return null;
      const source = first === null ? tools.source : { ...tools.source, ref: first.branch };
      const draft = await Draft.over(source);
      const sovereign = issuerResource(draft, bad.issuer);
      const known = await knownFiles(draft, tools.source, draft.ref);
      if (!acceptIn(draft, sovereign, corrected.feed, known)) return null;
      suspendIn(draft, sovereign, false);
      return await made(tools, folder, draft, {
        branch: correcting,
        purpose: `Take the corrected feed of ${bad.issuer}`,
        plan: "correction",
        held: first === null ? null : `merge and apply ${first.branch} before it`,
      });
    },
  );
  return {
    drafts: [refusal.draft, correction.draft].filter((draft) => draft !== null),
    findings: [...refusal.findings, ...correction.findings],
  };
}

async function made(
  tools: IncidentTools,
  folder: IncidentFolder,
  draft: Draft,
  {
    branch,
    purpose,
    plan,
    held,
  }: {
    readonly branch: string;
    readonly purpose: string;
    readonly plan: string;
    readonly held: string | null;
  },
): Promise<IncidentDraft | null> {
  if (draft.isEmpty) return null;
  const written = await draft.commit(branch, purpose, held);
  await keepPlan(tools, folder, written, plan);
  return written;
}

/** What may stand in the name of a branch. */
function slug(text: string): string {
  const plain = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return plain.replaceAll(/^-+|-+$/g, "").slice(0, 40) || "issuer";
}
