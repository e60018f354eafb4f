import { expect, test } from "vitest";
import { refusalOf } from "../../../src/controller/refusal.js";
import { AppError, type ErrorCode } from "../../../src/errors.js";

test.each([
  ["source_unreachable", "transient", "FetchFailed"],
  ["empty_repository", "transient", "SourceEmpty"],
  ["bad_ref", "transient", "SourceEmpty"],
  ["history_rewritten", "permanent", "HistoryRewritten"],
  ["validation_failed", "permanent", "ValidationFailed"],
  ["authority_key_mismatch", "permanent", "KeyMismatch"],
  ["authority_key_missing", "transient", "KeyUnavailable"],
  ["bad_secret_file", "transient", "KeyUnavailable"],
  ["unwritable_file", "transient", "FetchFailed"],
  ["stale_plan", "transient", "PlanStale"],
  ["state_unreadable", "fatal", "StateFailed"],
  ["state_corrupt", "fatal", "StateFailed"],
  ["writer_fenced", "fatal", "LeaseLost"],
] as const)("%s is %s: %s", (code, persistence, reason) => {
  expect(refusalOf(new AppError(code, "why"))).toMatchObject({
    persistence,
    reason,
    guards: [code],
  });
});

function refusedBy(...gates: readonly string[]): AppError {
  const details = { gates: gates.map((name) => ({ name })) };
  return new AppError("plan_refused", "refused", { details });
}

test.each([
  [["removals"], "ThresholdExceeded"],
  [["lost_paths", "approvals"], "ThresholdExceeded"],
  [["approvals"], "ApprovalsMissing"],
  [["findings"], "PolicyDenied"],
  [["removals", "last_privileged_key"], "PolicyDenied"],
] as const)("a plan refused by %j is %s, and waits for another input", (gates, reason) => {
  expect(refusalOf(refusedBy(...gates))).toMatchObject({
    persistence: "permanent",
    reason,
    guards: gates,
  });
});

test("a bug and a code that nobody classified are tried again", () => {
  expect(refusalOf(new TypeError("x is undefined"))).toMatchObject({
    persistence: "transient",
    reason: "InternalError",
    guards: ["internal"],
  });
  const unclassified: ErrorCode = "bad_plan_file";
  expect(refusalOf(new AppError(unclassified, "odd"))).toMatchObject({
    persistence: "transient",
    reason: "InternalError",
  });
});
