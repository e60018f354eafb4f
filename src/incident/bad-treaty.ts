/** A treaty that should not have been issued: revoked, what it let in looked at, and put right under confirmed keys. */
import { AppError } from "../errors.js";
import type { IncidentDraft, IncidentFinding, IncidentResult } from "../model/incident.js";
import type { Plan } from "../model/plan.js";
import type { TreatyRecord } from "../model/state.js";
import { fromInstant, parseTimestamp, toInstant } from "../protocol/instant.js";
import type { StateReader } from "../state/reader.js";
import { acceptedUnder } from "./accepted-under.js";
import { branchName } from "./branch-name.js";
import { blastFinding, treatyFindings } from "./bad-treaty-findings.js";
import { treatyNotices } from "./bad-treaty-notices.js";
import { draftCorrected, type Correction } from "./correct-treaty.js";
import { Draft } from "./draft.js";
import type { IncidentFolder } from "./folder.js";
import {
  actAtOnce,
  drafting,
  keepAudit,
  keepPlan,
  openFolder,
  withState,
  type IncidentTools,
} from "./tools.js";

export interface BadTreaty {
  /** A treaty id, or the name of its resource. */
  readonly treaty: string;
  /** Revoke it at once, without waiting for a merge. */
  readonly now: boolean;
  readonly correction: Correction;
}

const REASON = "issued_in_error";

/** Throws AppError `treaty_not_found`, `bad_draft`, `bad_incident`, and those of opening the state. */
export async function badTreaty(tools: IncidentTools, asked: BadTreaty): Promise<IncidentResult> {
  const { now, correction } = asked;
  const [folder, treaty, name] = await withState(tools, (reader) => {
    const found = treatyOf(reader, asked.treaty);
    return [openFolder(tools, reader, "bad-treaty", found.id), found, nameOf(reader, found)];
  });
  folder.update({ asked: { ...folder.incident.asked, treaty: asked.treaty, now } });
  // Planned before it is revoked: afterwards nobody can see what it meant.
  const planned: { plan: Plan | null } = { plan: null };
  const first = await drafting(folder, "draft-revocation", async () => {
    const made = await revocationBranch(tools, folder, treaty, name);
    if (made === null || treaty.status === "revoked") return made;
    planned.plan = await keepPlan(tools, folder, made, "revocation");
    return made;
  });
  if (now) {
    const action = { action: "revoke_treaty", treatyId: treaty.id, reason: REASON } as const;
    await actAtOnce(tools, folder, "revoke-treaty", action);
  }
  const corrected = await draftCorrected(
    tools,
    folder,
    { ...treaty, name },
    first.draft,
    correction,
  );
  const { plan } = planned;
  await withState(tools, (reader) => {
    keepAudit(reader, folder, { since: fromInstant(toInstant(parseTimestamp(treaty.issuedAt))) });
    check(reader, folder, treaty.id, tools);
    const effects = acceptedUnder(reader, treaty);
    const blast = plan === null ? earlierBlast(folder) : [blastFinding(plan)];
    const findings = treatyFindings(treaty, effects.length);
    const all = [...first.findings, ...corrected.findings, ...blast, ...findings];
    folder.update({ effects, findings: all });
    treatyNotices(folder, treaty, plan, reader);
  });
  return resultOf(folder, treaty, asked, corrected.isRefused);
}

function earlierBlast({ incident }: IncidentFolder): readonly IncidentFinding[] {
  return incident.findings.filter(({ code }) => code === "blast_radius");
}

function treatyOf(reader: StateReader, asked: string): TreatyRecord {
  const { inventory } = reader.snapshot();
  const named = inventory.find(({ kind, name }) => kind === "RecognitionTreaty" && name === asked);
  const treaty =
    reader.treaty(asked) ?? (named === undefined ? null : reader.treaty(named.objectId));
  if (treaty === null) throw new AppError("treaty_not_found", `the state knows no treaty ${asked}`);
  return treaty;
}

/** As people know it: by its resource, or by its subject and the start of its id. */
function nameOf(reader: StateReader, { id, subject }: TreatyRecord): string {
  const entry = reader
    .snapshot()
    .inventory.find(({ kind, objectId }) => kind === "RecognitionTreaty" && objectId === id);
  return entry?.name.split("#")[0] ?? `${subject}-${id.slice(0, 8)}`;
}

async function revocationBranch(
  tools: IncidentTools,
  folder: IncidentFolder,
  { id, subject }: TreatyRecord,
  name: string,
): Promise<IncidentDraft | null> {
  const draft = await Draft.over(tools.source);
  if (draft.find("Revocation", ({ spec }) => spec.target.id === id) !== null) return null;
  const incident = folder.incident.id;
  const revocation = `incident-${incident.slice(0, 8)}`;
  draft.add(`revocations/${revocation}.yaml`, {
    kind: "Revocation",
    name: revocation,
    spec: { target: { kind: "RecognitionTreaty", id }, reason: REASON, incident },
  });
  return await draft.commit(
    `incident/treaty-${branchName(name)}`,
    `Revoke the treaty with ${subject}`,
  );
}

function check(
  reader: StateReader,
  folder: IncidentFolder,
  id: string,
  { clock }: IncidentTools,
): void {
  const observed = reader.treaty(id)?.status ?? "unknown";
  const passed = observed === "revoked";
  const name = `treaty ${id} is revoked in the state`;
  folder.update({
    checks: [{ name, expected: "revoked", observed, passed, at: fromInstant(clock()) }],
  });
  const outcome = passed ? "done" : "held";
  folder.record({ step: "check-treaty", outcome, message: `its status is ${observed}` });
}

function resultOf(
  folder: IncidentFolder,
  treaty: TreatyRecord,
  { now }: BadTreaty,
  isRefused: boolean,
): IncidentResult {
  const { incident, dir } = folder;
  const isRevoked = incident.checks.every(({ passed }) => passed);
  const again = ["concordat", "incident", "bad-treaty", treaty.id, "--now"];
  const merges = incident.drafts
    .filter(({ held }) => held === null)
    .flatMap(({ branch }) => [
      ["concordat", "plan", "--ref", branch],
      ["git", "merge", "--ff-only", branch],
    ]);
  return {
    verdict: `TREATY WITH ${treaty.subject} IS ${isRevoked ? "REVOKED" : "STILL IN FORCE"}  ${treaty.id}`,
    is_refused: isRefused || (now && !isRevoked),
    folder: dir,
    incident,
    next: [
      ...(isRevoked || now ? [] : [again]),
      ...merges,
      ["concordat", "incident", "report", dir],
    ],
  };
}
