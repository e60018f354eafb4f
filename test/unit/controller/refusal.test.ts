import { expect, test } from "vitest";
import { refusalOf } from "../../../src/controller/refusal.js";
import { AppError, type ErrorCode } from "../../../src/errors.js";
import type { JsonObject } from "../../../src/model/json.js";

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
  ["state_foreign", "fatal", "StateFailed"],
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

test("a refused plan says what each gate says, for nobody sees the plan beside it", () => {
  const gates = [
    { name: "findings", message: "2 findings of level error" },
    { name: "lost_paths", message: "9 over the limit; if that is meant: --allow-lost-paths 9" },
  ];
  const findings = [{ code: "x", message: "a revocation is gone" }, { message: "another" }];
  const error = new AppError("plan_refused", "refused", { details: { gates, findings } });
  expect(refusalOf(error).message).toBe(
    "refused by findings: a revocation is gone; by lost paths: 9 over the limit; if that is meant: --allow-lost-paths 9",
  );
});

test("a tree that does not validate says where its first error is", () => {
  const at = (line: number, level: string): JsonObject => {
    return { file: "treaties/a.yaml", line, level, message: `fault ${line}` };
  };
  const message = (...diagnostics: readonly JsonObject[]): string =>
    refusalOf(new AppError("validation_failed", "2 errors", { details: { diagnostics } })).message;
  expect(message(at(2, "warning"), at(3, "error"), at(7, "error"))).toBe(
    "2 errors; the first is treaties/a.yaml:3: fault 3",
  );
  expect(message(at(3, "error"))).toBe("2 errors; treaties/a.yaml:3: fault 3");
});

test("a hint of its own is said, and the one of every such error is not", () => {
  const hint = "chmod 600 authority.key";
  expect(refusalOf(new AppError("key_file_permissions", "open to all", { hint })).message).toBe(
    "open to all; chmod 600 authority.key",
  );
  expect(refusalOf(new AppError("key_file_permissions", "open to all")).message).toBe(
    "open to all",
  );
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
