/** What an error means to the loop: try again by itself, wait for another input, or give up. */
import { AppError, ERRORS, type ErrorCode } from "../errors.js";
import type { ConditionReason } from "../model/controller.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import { isJsonObject } from "../protocol/json.js";

/** `transient` is tried again with a pause; `permanent` waits until an input changes; `fatal` ends the controller. */
export type Persistence = "transient" | "permanent" | "fatal";

export interface Refusal {
  readonly persistence: Persistence;
  readonly reason: ConditionReason;
  readonly message: string;
  /** The gates that refused, or the error's code. */
  readonly guards: readonly string[];
}

type Rule = readonly [Persistence, ConditionReason];

/** A code that does not stand here is a bug, and is tried again: the next commit may not meet it. */
const RULES: { readonly [C in ErrorCode]?: Rule } = {
  source_unreachable: ["transient", "FetchFailed"],
  git_failed: ["transient", "FetchFailed"],
  not_a_repository: ["transient", "FetchFailed"],
  empty_repository: ["transient", "SourceEmpty"],
  bad_ref: ["transient", "SourceEmpty"],
  history_rewritten: ["permanent", "HistoryRewritten"],
  bad_tree: ["permanent", "ValidationFailed"],
  validation_failed: ["permanent", "ValidationFailed"],
  plan_refused: ["permanent", "PolicyDenied"],
  stale_plan: ["transient", "PlanStale"],
  authority_key_mismatch: ["permanent", "KeyMismatch"],
  authority_key_missing: ["transient", "KeyUnavailable"],
  bad_key_file: ["transient", "KeyUnavailable"],
  key_file_permissions: ["transient", "KeyUnavailable"],
  bad_secret_file: ["transient", "KeyUnavailable"],
  unreadable_file: ["transient", "KeyUnavailable"],
  unwritable_file: ["transient", "FetchFailed"],
  lock_held: ["transient", "StateFailed"],
  // What a failed write left on the disk is unknown until the file is opened anew, and checked.
  state_unreadable: ["fatal", "StateFailed"],
  state_corrupt: ["fatal", "StateFailed"],
  // A first page that is damaged makes it a file of another kind.
  state_foreign: ["fatal", "StateFailed"],
  log_broken: ["fatal", "StateFailed"],
  // The change is committed, and nobody was told: the next start puts its checkpoint in escrow.
  escrow_unusable: ["fatal", "StateFailed"],
  writer_fenced: ["fatal", "LeaseLost"],
};

const GATE_REASONS: Readonly<Record<string, ConditionReason>> = {
  removals: "ThresholdExceeded",
  lost_paths: "ThresholdExceeded",
  approvals: "ApprovalsMissing",
};

/** Judges whatever a pass has thrown. */
export function refusalOf(thrown: unknown): Refusal {
  if (!(thrown instanceof AppError)) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { persistence: "transient", reason: "InternalError", message, guards: ["internal"] };
  }
  const [persistence, reason] = RULES[thrown.code] ?? (["transient", "InternalError"] as const);
  const guards = thrown.code === "plan_refused" ? gatesOf(thrown) : [];
  return {
    persistence,
    // Where several gates refuse, the one that only a change of the tree can satisfy names the reason.
    reason: guards.length === 0 ? reason : reasonOf(guards),
    message: messageOf(thrown),
    guards: guards.length === 0 ? [thrown.code] : guards,
  };
}

function reasonOf(gates: readonly string[]): ConditionReason {
  const reasons = gates.map((gate) => GATE_REASONS[gate] ?? "PolicyDenied");
  return (
    reasons.find((reason) => reason === "PolicyDenied") ??
    reasons.find((reason) => reason === "ThresholdExceeded") ??
    "ApprovalsMissing"
  );
}

/** Nobody sees the plan or the list of faults beside it, so it says what each gate says, or where the first fault is. */
function messageOf({ code, message, hint, details }: AppError): string {
  if (code === "plan_refused") {
    const [finding] = entriesOf(details, "findings");
    const reasons = entriesOf(details, "gates").map((gate) => {
      const why = gate["name"] === "findings" && finding !== undefined ? finding : gate;
      return `by ${textOf(gate, "name").replaceAll("_", " ")}: ${textOf(why, "message")}`;
    });
    return reasons.length === 0 ? message : `refused ${reasons.join("; ")}`;
  }
  const faults = entriesOf(details, "diagnostics").filter((each) => each["level"] === "error");
  const [fault] = faults;
  // A hint of its own names the very command; the table's is what the reason says anyway.
  if (fault === undefined) return hint === ERRORS[code].hint ? message : `${message}; ${hint}`;
  const { line } = fault;
  const place = textOf(fault, "file") + (typeof line === "number" ? `:${line}` : "");
  const which = faults.length === 1 ? "" : "the first is ";
  return `${message}; ${which}${place}: ${textOf(fault, "message")}`;
}

function gatesOf({ details }: AppError): readonly string[] {
  return entriesOf(details, "gates").map((gate) => textOf(gate, "name"));
}

/** The objects of a list in the details of an error. */
function entriesOf(details: JsonValue, list: string): readonly JsonObject[] {
  const entries = isJsonObject(details) ? details[list] : null;
  return Array.isArray(entries) ? entries.filter(isJsonObject) : [];
}

function textOf(entry: JsonObject, field: string): string {
  const text = entry[field];
  return typeof text === "string" ? text : "";
}
