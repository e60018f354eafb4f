/** Keeps in an incident's folder what was planned, and what the log says. */
import { exportProofs } from "../audit/export-proofs.js";
import { exportAudit } from "../audit/export.js";
import { AppError } from "../errors.js";
import type { IncidentDraft } from "../model/incident.js";
import type { Plan } from "../model/plan.js";
import { prettyJson } from "../protocol/canonical.js";
import { typedJson } from "../protocol/typed-json.js";
import { planChange } from "../reconcile.js";
import type { EventFilter } from "../state/audit-events.js";
import type { StateReader } from "../state/reader.js";
import type { IncidentFolder } from "./folder.js";
import type { IncidentTools } from "./tools.js";

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
