/** A restore from the choice of a backup to the proof that it holds, in one folder of evidence. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { AppError } from "../../errors.js";
import type { VerifiedBackup } from "../../model/backup.js";
import type { PublicKey } from "../../model/documents.js";
import type { IncidentResult, StepOutcome } from "../../model/incident.js";
import type { Forget, RestorePlan, RestoreRequest, RestoreResult } from "../../model/restore.js";
import { prettyJson } from "../../protocol/canonical.js";
import { typedJson } from "../../protocol/typed-json.js";
import { planRestore, runRestore, type RestoreTools } from "../../restore/restore.js";
import { emptyState, openState } from "../../state/open.js";
import { readPending, readTakenBack } from "../../state/restore/pending.js";
import type { IncidentFolder } from "../folder.js";
import { beforeOf, checkHealth, NOTHING_BEFORE, type Before } from "./health.js";
import { selectBackup } from "./select.js";
import { keepAudit } from "../evidence.js";
import { alone, openFolder, withState, type IncidentTools } from "../tools.js";

export interface GuideRequest {
  /** Null: the newest of `dir` that reads through. */
  readonly backup: string | null;
  readonly dir: string | null;
  /** Null: beside the state, named for the incident. */
  readonly preRestoreBackup: string | null;
  readonly escrow: string;
  /** Keys that the authority had earlier, which may have signed the backup. */
  readonly backupKeys: readonly PublicKey[];
  readonly forget: readonly Forget[];
  readonly acceptLostLog: boolean;
  readonly reason: string | null;
}

export interface GuideTools extends IncidentTools {
  readonly restore: RestoreTools;
  /** Shows the plan and returns once it is approved. Throws AppError `confirmation_required`. */
  readonly approve: (plan: RestorePlan) => Promise<void>;
}

/** Throws AppError `no_backup`, `bad_backup`, `confirmation_required`, `lock_held`, and those of `runRestore`. */
export async function guideRestore(
  tools: GuideTools,
  request: GuideRequest,
): Promise<IncidentResult> {
  if (request.backup === null && request.dir === null)
    throw new AppError("usage", "give --backup FILE, or --dir DIR: no folder of backups is set");
  const subject = basename(tools.db);
  return await alone(tools, "restore", subject, async () => await goOn(tools, request, subject));
}

async function goOn(
  tools: GuideTools,
  request: GuideRequest,
  subject: string,
): Promise<IncidentResult> {
  const { db } = tools;
  const begun = readPending(db);
  // What an earlier run has built was approved then, and is all that can become of this state.
  const built = begun?.stage === "built" ? begun : null;
  const keptBefore = built !== null && existsSync(built.preRestoreBackup);
  const opened = openBefore(tools, subject, keptBefore ? built.preRestoreBackup : db);
  const { folder, before } = opened;
  const asked = {
    db,
    preRestoreBackup:
      built?.preRestoreBackup ?? request.preRestoreBackup ?? freeName(db, folder.incident.id),
    escrow: request.escrow,
    backupKeys: request.backupKeys,
    forget: request.forget,
    acceptLostLog: request.acceptLostLog,
    by: tools.by,
    reason: request.reason ?? `incident ${folder.incident.id}`,
  };
  const backup =
    built === null
      ? await planned(tools, request, asked, opened)
      : (request.backup ?? built.backup);
  const result = await noting(
    folder,
    "restore",
    "failed",
    async () => await runRestore({ ...asked, backup }, tools.restore),
  );
  folder.addFile("restore/result.json", text(result));
  folder.addFile("restore/checkpoint.txt", result.checkpoint);
  const { generation, preRestoreBackup: kept, quarantine, resumed } = result;
  folder.record({
    step: "restore",
    outcome: "done",
    message: `${resumed ? "finished what an earlier run began; " : ""}generation ${generation}; the state before is backed up in ${kept ?? "no file"}, and its own files are in ${quarantine ?? "no place: there were none"}`,
    log_index: result.logSize - 1,
  });
  return await concluded(tools, folder, request, before, result);
}

/** A name beside the state that nothing bears but what this very restore has kept there before it was taken back. */
function freeName(db: string, id: string): string {
  const begun = (readPending(db) ?? readTakenBack(db))?.preRestoreBackup;
  const name = `${db}.before-${id.slice(0, 8)}`;
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    if (!existsSync(candidate) || resolve(candidate) === begun) return candidate;
  }
}

/** The backup to restore, once it is approved. */
async function planned(
  tools: GuideTools,
  request: GuideRequest,
  rest: Omit<RestoreRequest, "backup">,
  { folder, sovereignId }: Opened,
): Promise<string> {
  const { selected, findings } = await selectBackup(
    folder,
    request,
    { keys: [keyOf(tools), ...request.backupKeys], sovereignId },
    tools.restore.verify,
  );
  const asked: RestoreRequest = { ...rest, backup: selected.file };
  const { backup, preRestoreBackup, acceptLostLog, reason } = asked;
  const forget = typedJson(asked.forget);
  folder.update({
    findings,
    asked: { backup, preRestoreBackup, acceptLostLog, reason, forget },
  });
  folder.addFile("restore/manifest.json", text(selected.manifest));
  const plan = await noting(
    folder,
    "plan-restore",
    "refused",
    async () => await planRestore(asked, tools.restore),
  );
  folder.addFile("restore/plan.json", text(plan));
  folder.record({ step: "plan-restore", outcome: "done", message: planSentence(plan) });
  await noting(folder, "approve", "held", async () => await tools.approve(plan));
  folder.record({ step: "approve", outcome: "done", message: `approved by ${tools.by}` });
  return backup;
}

interface Opened {
  readonly folder: IncidentFolder;
  readonly before: Before;
  readonly sovereignId: string | null;
}

/** Of a state that is damaged or gone nothing is known, and a restore goes on all the same. */
function openBefore(tools: GuideTools, subject: string, state: string): Opened {
  try {
    const reader = openState(state);
    try {
      const { size } = reader.log().head();
      const snapshot = reader.snapshot();
      const before: Before = beforeOf(snapshot, size, reader.publishedFeed()?.sequence ?? null);
      const folder = openFolder(tools, reader, "restore", subject);
      return { folder, before, sovereignId: snapshot.authority?.sovereignId ?? null };
    } finally {
      reader.close();
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const reader = emptyState();
    try {
      const folder = openFolder(tools, reader, "restore", subject);
      const message = `the state cannot be read: ${error.code}: ${error.message}`;
      folder.record({ step: "read-state", outcome: "failed", message });
      return { folder, before: NOTHING_BEFORE, sovereignId: null };
    } finally {
      reader.close();
    }
  }
}

function keyOf({ restore }: GuideTools): PublicKey {
  return restore.key.publicKey;
}

/** What stops the restore stands in the timeline too. */
async function noting<T>(
  folder: IncidentFolder,
  step: string,
  outcome: StepOutcome,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError)
      folder.record({ step, outcome, message: `${error.code}: ${error.message}` });
    throw error;
  }
}

async function concluded(
  tools: GuideTools,
  folder: IncidentFolder,
  request: GuideRequest,
  before: Before,
  result: RestoreResult,
): Promise<IncidentResult> {
  const { db } = tools;
  const checks = checkHealth({
    db,
    escrow: request.escrow,
    publicKey: keyOf(tools),
    before,
    forgotten: new Set(
      request.forget.map((exception) =>
        exception.what === "feed" ? exception.issuer : exception.id,
      ),
    ),
    now: tools.clock(),
  });
  folder.update({ checks });
  const failed = checks.filter(({ passed }) => !passed);
  folder.record({
    step: "check-health",
    outcome: failed.length === 0 ? "done" : "failed",
    message: `${checks.length - failed.length} of ${checks.length} checks pass`,
  });
  if (failed.length === 0) {
    await withState(tools, (reader) => keepAudit(reader, folder, {}));
    folder.update({ status: "closed" });
  }
  const { incident, dir } = folder;
  const carried =
    result.plan === null
      ? ""
      : `  ${result.plan.changes.carried.length} revocations and imports since then stay in force`;
  return {
    verdict:
      failed.length === 0
        ? `RESTORED AND HEALTHY${carried}`
        : `RESTORED, AND NOT FIT TO SERVE  ${failed.map(({ name }) => name).join(", ")}`,
    is_refused: failed.length > 0,
    folder: dir,
    incident,
    next: [
      ...(failed.length === 0 ? [["concordat", "plan"]] : [["concordat", "audit", "verify"]]),
      ["concordat", "incident", "report", dir],
    ],
  };
}

/** One sentence of what a restore changes. */
function planSentence({ backup, live, changes, log }: RestorePlan): string {
  const { goes, leftToGit, carried, forgotten, comes } = changes;
  const counts = [
    `${goes.length} to lose trust`,
    `${leftToGit.length} left to git`,
    `${carried.length} to stay taken away`,
    `${comes.length} trusted again`,
    `${forgotten.length} exceptions`,
  ];
  return `backup of ${backup.createdAt} over a state that is ${live.found}: ${counts.join(", ")}; the log ${log.from === "new" ? "begins anew after" : "goes on after"} ${log.size} entries`;
}

function text(value: RestorePlan | RestoreResult | VerifiedBackup["manifest"]): string {
  return `${prettyJson(typedJson(value))}\n`;
}
