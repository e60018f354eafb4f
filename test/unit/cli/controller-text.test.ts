import { describe, expect, test } from "vitest";
import { widthOf } from "../../../src/cli/render/columns.js";
import { controllerLines } from "../../../src/cli/render/controller.js";
import { plain } from "../../../src/cli/render/paint.js";
import { renderRun } from "../../../src/cli/render/run.js";
import { renderSuspension } from "../../../src/cli/render/suspension.js";
import type { StatusReport } from "../../../src/cli/status-report.js";
import type { Condition, ControllerStatus } from "../../../src/model/controller.js";
import { stateReport } from "../../../src/cli/state-report.js";
import { emptyState } from "../../../src/state/open.js";
import {
  condition,
  controllerStatus,
  feedStatus,
  finishedRun,
} from "../../helpers/controller-values.js";
import { START } from "../../helpers/world.js";

function linesOf(more: Partial<ControllerStatus>, verbose = false): readonly string[] {
  const reader = emptyState();
  const report: StatusReport = {
    ...stateReport(reader.snapshot(), null, START),
    controller: { running: true, status: controllerStatus(more) },
  };
  reader.close();
  return controllerLines(report, verbose, plain);
}

const OVER = {
  reason: "ThresholdExceeded",
  message: "refused by removals; removals: 6 would go; if that is meant: --allow-removals 6",
} as const;

const STALLED: readonly Condition[] = [
  condition({ status: "False", ...OVER }),
  condition({ type: "Stalled", status: "True", ...OVER }),
];

describe("what is not as it should be", () => {
  test("is explained once, with what to do about it below", () => {
    const text = linesOf({ conditions: STALLED }).join("\n");
    expect(text.split("--allow-removals 6")).toHaveLength(2);
    expect(text).toMatch(/^ {2}Stalled +True +ThresholdExceeded \(since /m);
    expect(text.match(/^next: /gm)).toHaveLength(1);
    expect(text).toContain("concordat reconcile --now");
  });

  test("is explained by each condition with -v", () => {
    const text = linesOf({ conditions: STALLED }, true).join("\n");
    expect(text.split("--allow-removals 6")).toHaveLength(3);
  });

  test("that has another message is explained as well", () => {
    const drifted = { type: "Drifted", status: "True", reason: "DriftDetected" } as const;
    const conditions = [...STALLED, condition({ ...drifted, message: "2 were changed" })];
    const text = linesOf({ conditions }).join("\n");
    expect(text).toContain("DriftDetected: 2 were changed");
    expect(text).toContain("next: concordat drift");
  });
});

test("where all is well there is nothing to do next", () => {
  expect(linesOf({}).join("\n")).not.toContain("next:");
});

test("what others have said reaches no terminal as it is, and no line is wider than 80 columns", () => {
  const hostile = `\u001B]0;x\u0007\u202E\n${"w".repeat(200)}`;
  const lines = linesOf({
    conditions: [condition({ status: "False", reason: "FetchFailed", message: hostile })],
    feeds: [feedStatus({ result: "malformed", message: hostile, issuer_sovereign_id: hostile })],
    runs: [finishedRun({ outcome: "failed", message: hostile })],
    source: { repo: hostile, ref: hostile },
  });
  expect(lines.join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80);
});

test("resume says what to do where it was not enough", () => {
  const halted = condition({ status: "False", reason: "HistoryRewritten", message: "rewritten" });
  const text = renderSuspension(controllerStatus({ conditions: [halted] }), true);
  expect(text).toContain("FOLLOWING GIT  NOT READY  rewritten\nnext: find out who pushed");
  expect(renderSuspension(controllerStatus(), true)).not.toContain("next:");
});

test("a run that did not end well says what to do", () => {
  const run = finishedRun({ outcome: "stalled", ...OVER });
  expect(renderRun(run, plain)).toContain("next: review it");
  expect(renderRun(finishedRun(), plain)).not.toContain("next:");
});
