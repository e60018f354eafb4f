/** A treaty that should not have been issued: revoked, what it let in looked at, and put right under confirmed keys. */
import { AppError } from "../../errors.js";
import type { IncidentDraft, IncidentFinding, IncidentResult } from "../../model/incident.js";
import type { Plan } from "../../model/plan.js";
import type { TreatyRecord } from "../../model/state.js";
import { fromInstant, parseTimestamp, toInstant } from "../../protocol/instant.js";
import type { StateReader } from "../../state/reader.js";
import { acceptedUnder } from "./accepted-under.js";
import { branchName } from "../branch-name.js";
import { prettyJson } from "../../protocol/canonical.js";
import { typedJson } from "../../protocol/typed-json.js";
import type { Instant } from "../../model/time.js";
import type { Radius } from "../blast-radius/blast-radius.js";
import { blastFinding, recognitionFindings, treatyFindings, treatyRadius } from "./findings.js";
import { treatyNotices } from "./notices.js";
import { draftCorrected, type Correction } from "./correct-treaty.js";
import { Draft } from "../draft.js";
import type { IncidentFolder } from "../folder.js";
import { mergeCommands } from "../next-commands.js";
import { actAtOnce } from "../at-once.js";
import { drafting } from "../drafting.js";
import { keepAudit, keepPlan } from "../evidence.js";
import { alone, openFolder, withState, type IncidentTools } from "../tools.js";

export interface BadTreaty {
  /** A treaty id, or the name of its resource. */
  readonly treaty: string;
  /** Revoke it at once, without waiting for a merge. */
  readonly now: boolean;
  readonly correction: Correction;
}

const REASON = "issued_in_error";

/** Throws AppError `treaty_not_found`, `bad_draft`, `bad_incident`, `lock_held`, and those of opening the state. */
export async function badTreaty(tools: IncidentTools, asked: BadTreaty): Promise<IncidentResult> {
  const { id } = await withState(tools, (reader) => treatyOf(reader, asked.treaty));
  return await alone(tools, "bad-treaty", id, async () => await goOn(tools, asked));
}

async function goOn(tools: IncidentTools, asked: BadTreaty): Promise<IncidentResult> {
  const { now, correction } = asked;
  const [folder, treaty, name, radius] = await withState(tools, (reader) => {
    const found = treatyOf(reader, asked.treaty);
    const made = openFolder(tools, reader, "bad-treaty", found.id);
    return [made, found, nameOf(reader, found), radiusNow(tools, reader, made, found)];
  });
  if (radius !== null) folder.addFile("radius.json", `${prettyJson(typedJson(radius))}\n`);
  folder.update({ asked: { ...folder.incident.asked, treaty: asked.treaty, now } });
  // Planned before it is revoked: afterwards nobody can see what it meant.
  const planned: { plan: Plan | null } = { plan: null };
  const branch = `incident/treaty-${branchName(name)}`;
  const first = await drafting(folder, { step: "draft-revocation", branch }, async () => {
    const made = await revocationBranch(tools, folder, treaty, branch);
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
    const blast = radius === null ? earlierBlast(folder) : [blastFinding(radius, plan)];
    const still = recognitionFindings(reader.snapshot(), treaty, tools.clock());
    const findings = treatyFindings(treaty, effects.length);
    const all = [...first.findings, ...corrected.findings, ...blast, ...still, ...findings];
    folder.update({ effects, findings: all });
    treatyNotices(folder, treaty, radius, reader);
  });
  return resultOf(folder, treaty, asked, { isRefused: corrected.isRefused, now: tools.clock() });
}

/** Null: it is revoked, and an earlier run has written down what that meant. Others may have come in its place since. */
function radiusNow(
  { clock }: IncidentTools,
  reader: StateReader,
  folder: IncidentFolder,
  treaty: TreatyRecord,
): Radius | null {
  if (treaty.status === "revoked" && earlierBlast(folder).length > 0) return null;
  return treatyRadius(reader.snapshot(), treaty, clock());
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
  branch: string,
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
  return await draft.commit(branch, `Revoke the treaty with ${subject}`);
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
  { isRefused, now: at }: { readonly isRefused: boolean; readonly now: Instant },
): IncidentResult {
  const { incident, dir } = folder;
  const isRevoked = incident.checks.every(({ passed }) => passed);
  const hasExpired = toInstant(parseTimestamp(treaty.expiresAt)) <= at;
  const word = isRevoked ? "IS REVOKED" : hasExpired ? "HAS EXPIRED" : "IS STILL IN FORCE";
  const again = ["concordat", "incident", "bad-treaty", treaty.id, "--now"];
  return {
    verdict: `TREATY WITH ${treaty.subject} ${word}  ${treaty.id}`,
    is_refused: isRefused || (now && !isRevoked),
    folder: dir,
    incident,
    next: [
      ...(isRevoked || now ? [] : [again]),
      ...mergeCommands(incident.drafts),
      ["concordat", "incident", "report", dir],
    ],
  };
}
