/** The branches that answer a compromised operator key. */
import type { IncidentDraft } from "../../model/incident.js";
import { branchName } from "../branch-name.js";
import { Draft } from "../draft.js";
import type { IncidentFolder } from "../folder.js";
import { addReplacement, addRevocations, markCompromised, reissue } from "./branch.js";
import type { Replacement } from "./branch.js";
import type { SignedAction, Window } from "../signed-actions.js";
import { type Held } from "../drafting.js";
import { keepPlan } from "../evidence.js";
import { withState, type IncidentTools } from "../tools.js";

interface RetiredKey {
  readonly keyId: string;
  readonly window: Window;
  readonly replacement: Replacement | null;
  readonly actions: readonly SignedAction[];
}

export const keyBranchName = (keyId: string): string => `incident/key-${branchName(keyId)}`;
export const reissueBranchName = (keyId: string): string => `incident/reissue-${branchName(keyId)}`;

const HELD =
  "each of these was revoked by a key that others may have held: give back only what its owner confirms";

/** Marks and replaces the key, and revokes what it issued. Null: git says all of it already. */
export async function keyBranch(
  tools: IncidentTools,
  folder: IncidentFolder,
  { keyId, window, replacement, actions }: RetiredKey,
): Promise<IncidentDraft | Held | null> {
  const draft = await Draft.over(tools.source);
  const key = draft.find("OperatorKey", ({ spec }) => spec.keyId === keyId);
  if (key !== null) {
    if (replacement !== null) addReplacement(draft, key, replacement);
    const remains = draft.find(
      "OperatorKey",
      ({ spec }) =>
        spec.keyId !== keyId && spec.tier === "privileged" && (spec.state ?? "active") === "active",
    );
    // A tree without a privileged key does not validate: the findings say what to do.
    if (remains !== null || (replacement !== null && key.spec.tier === "privileged"))
      markCompromised(draft, key, window.since);
  }
  const { id } = folder.incident;
  addRevocations(draft, actions, { incident: id, reason: "signed_with_compromised_key" });
  if (draft.isEmpty) {
    const isOpen = key !== null && key.spec.state !== "compromised";
    return isOpen ? { reason: "the last privileged key waits for its replacement" } : null;
  }
  const purpose = `Retire operator key ${keyId}`;
  const made = await draft.commit(keyBranchName(keyId), purpose);
  await keepPlan(tools, folder, made, "key");
  return made;
}

/** Issues anew what the key revoked, over the branch that retires it. Null: there is nothing of that kind in git. */
export async function reissueBranch(
  tools: IncidentTools,
  folder: IncidentFolder,
  actions: readonly SignedAction[],
  first: IncidentDraft | null,
  given: Set<string>,
): Promise<IncidentDraft | null> {
  const { source } = tools;
  const draft = await Draft.over(first === null ? source : { ...source, ref: first.branch });
  const inventory = await withState(tools, (reader) => reader.snapshot().inventory);
  for (const id of reissue(draft, actions, inventory)) given.add(id);
  if (draft.isEmpty) return null;
  const { subject } = folder.incident;
  const made = await draft.commit(
    reissueBranchName(subject),
    `Give back what ${subject} revoked`,
    HELD,
  );
  await keepPlan(tools, folder, made, "reissue");
  return made;
}
