/** Takes trust away before any merge, and writes down how it went. */
import { AppError } from "../errors.js";
import type { LocalAction } from "../model/admin.js";
import type { StepOutcome } from "../model/incident.js";
import type { IncidentFolder } from "./folder.js";
import { withState, type IncidentTools } from "./tools.js";

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
