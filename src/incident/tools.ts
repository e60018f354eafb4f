/** What the commands of an incident work with, and the steps that they share. */
import { join } from "node:path";
import { exportProofs } from "../audit/export-proofs.js";
import { exportAudit } from "../audit/export.js";
import { AppError } from "../errors.js";
import type { LocalAction, LocalAnswer } from "../model/admin.js";
import type {
  IncidentDraft,
  IncidentFinding,
  IncidentKind,
  IncidentOrigin,
  StepOutcome,
} from "../model/incident.js";
import type { Plan } from "../model/plan.js";
import type { Instant } from "../model/time.js";
import { encodeBase64 } from "../protocol/base64.js";
import { prettyJson } from "../protocol/canonical.js";
import { typedJson } from "../protocol/typed-json.js";
import { sha256 } from "../protocol/digest.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import { planChange } from "../reconcile.js";
import type { EventFilter } from "../state/audit-events.js";
import { WriterLock } from "../state/lock.js";
import { openState } from "../state/open.js";
import type { StateReader } from "../state/reader.js";
import type { DraftSource } from "./draft.js";
import { makePrivateFolder } from "./durable-file.js";
import { openIncident, type IncidentFolder } from "./folder.js";

export interface IncidentTools {
  /** Where drafts are made. */
  readonly source: DraftSource;
  readonly db: string;
  /** Where new folders are made. */
  readonly parent: string;
  /** The incident's own folder, if it was named. */
  readonly dir: string | null;
  readonly by: string;
  readonly version: string;
  readonly clock: () => Instant;
  readonly random: (length: number) => Uint8Array;
  /** Takes trust away at once: by the controller that runs, or in the state itself. */
  readonly act: (action: LocalAction) => Promise<LocalAnswer>;
  readonly planText: (plan: Plan) => string;
}

/** Opens the state for as long as `work` takes. Throws AppError `state_missing`, and those of opening it. */
export async function withState<T>(
  { db }: Pick<IncidentTools, "db">,
  work: (reader: StateReader) => T | Promise<T>,
): Promise<T> {
  const reader = openState(db);
  try {
    return await work(reader);
  } finally {
    reader.close();
  }
}

/** One run at a time for each incident: two would write one folder. Throws AppError `lock_held`, and what `work` throws. */
export async function alone<T>(
  { dir, parent, clock }: Pick<IncidentTools, "dir" | "parent" | "clock">,
  kind: IncidentKind,
  subject: string,
  work: () => Promise<T>,
): Promise<T> {
  const place = dir ?? parent;
  makePrivateFolder(place);
  const name = `.${kind}-${sha256(subject).slice(-16)}`;
  const since = toOffsetForm(fromInstant(clock()));
  const lock = take(join(place, name), `concordat incident ${kind}`, since);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function take(path: string, command: string, since: string): WriterLock {
  try {
    return WriterLock.acquire(path, command, since);
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== "lock_held") throw cause;
    const { details } = cause;
    const message = "another run works on this incident";
    const hint = "wait until it has ended, and run this again";
    throw new AppError("lock_held", message, { cause, details, hint });
  }
}

/** The folder of this incident, continued or new. Throws as `openIncident`. */
export function openFolder(
  tools: IncidentTools,
  reader: StateReader,
  kind: IncidentKind,
  subject: string,
): IncidentFolder {
  const { dir, parent, by, clock, random } = tools;
  const origin = originOf(reader);
  return openIncident({ dir, parent, kind, subject, origin, by, clock, random });
}

function originOf(reader: StateReader): IncidentOrigin {
  const authority = reader.authority();
  const { generation, digest } = reader.snapshot();
  const { size, root, origin } = reader.log().head();
  return {
    sovereign_id: authority?.sovereignId ?? null,
    key_id: authority?.keyId ?? null,
    public_key: authority?.publicKey ?? null,
    generation,
    state_digest: digest,
    log: size === 0 ? null : { size, root: encodeBase64(root), origin },
  };
}

/**
 * Does what takes trust away, and writes down how it went. What the state refuses is a step too, and returned; it throws only
 * what is no refusal.
 */
export async function actAtOnce(
  tools: IncidentTools,
  folder: IncidentFolder,
  step: string,
  action: LocalAction,
): Promise<{ readonly outcome: StepOutcome; readonly code: string | null }> {
  try {
    const { events } = await tools.act(action);
    const [event] = events;
    if (event === undefined) {
      folder.record({ step, outcome: "already", message: "it was so before" });
      return { outcome: "already", code: null };
    }
    const log_index = await withState(tools, (reader) => reader.log().indexOf(event));
    folder.record({ step, outcome: "done", message: describe(action), log_index });
    return { outcome: "done", code: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const outcome = error.status < 500 ? "refused" : "failed";
    folder.record({ step, outcome, message: `${error.code}: ${error.message}` });
    if (outcome === "failed") throw error;
    return { outcome, code: error.code };
  }
}

function describe(action: LocalAction): string {
  switch (action.action) {
    case "revoke_treaty":
      return `treaty ${action.treatyId} is revoked`;
    case "revoke_attestation":
      return `attestation ${action.attestationId} is revoked`;
    case "revoke_operator_key":
      return `operator key ${action.keyId} is revoked`;
    case "suspend_feed":
      return `the feed of ${action.issuer} is suspended`;
    case "import_feed":
      return "the feed is imported";
  }
}

/** Plans a draft's branch against the state, and keeps the plan as text and as JSON. Throws as `planChange`. */
export async function keepPlan(
  tools: IncidentTools,
  folder: IncidentFolder,
  draft: IncidentDraft,
  name: string,
): Promise<Plan> {
  const { source, db, version, clock } = tools;
  const options = { ...source, ref: draft.branch, db, version, now: clock() };
  const { plan } = await planChange(options);
  folder.addFile(`plans/${name}.json`, `${prettyJson(typedJson(plan))}\n`);
  folder.addFile(`plans/${name}.txt`, tools.planText(plan));
  return plan;
}

/** Keeps the audit events of a window: to be read, and as far as the log is signed with what proves them. */
export function keepAudit(reader: StateReader, folder: IncidentFolder, filter: EventFilter): void {
  folder.addFile("audit.jsonl", [...exportAudit(reader, filter, "jsonl")].join(""));
  const key = reader.authority()?.publicKey ?? "";
  const step = "export-audit";
  try {
    const lines = [...exportProofs(reader.log(), { key, filter, hidden: new Set() })];
    folder.addFile("audit-proofs.jsonl", lines.join(""));
    folder.record({ step, outcome: "done", message: `${lines.length - 2} entries, with proofs` });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const message = `without proofs: ${error.code}: ${error.message}`;
    folder.record({ step, outcome: "failed", message });
  }
}

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
