/** A run of the controller as text. */
import type { Run, RunOutcome } from "../../model/controller.js";
import { hanging } from "./columns.js";
import { toSecond } from "./duration.js";
import type { Paint, Style } from "./paint.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";
import { wayOutLines } from "./way-out.js";

const COLOURS: { readonly [O in RunOutcome]: Style } = {
  applied: "green",
  no_changes: "green",
  unchanged: "green",
  suspended: "yellow",
  failed: "yellow",
  stalled: "red",
};

/** The verdict first, then what the run was about. */
export function renderRun(run: Run, paint: Paint): string {
  const verdict = run.outcome.replaceAll("_", " ").toUpperCase();
  const [first = "", ...more] = hanging(`${verdict}  `, visible(run.message));
  const about = [
    ...(run.commit === null ? [] : [`commit  ${run.commit}`]),
    ...(run.plan_digest === null ? [] : [`plan    ${run.plan_digest}`]),
    ...(run.drift === 0 ? [] : [`drift   ${plural(run.drift, "object")} (concordat drift)`]),
    ...(COLOURS[run.outcome] === "green" ? [] : wayOutLines(run.reason)),
  ];
  return `${[paint(COLOURS[run.outcome], verdict) + first.slice(verdict.length), ...more, ...about].join("\n")}\n`;
}

/** One line of a list: when, how long, how it ended. */
export function runLines(run: Run): readonly string[] {
  const commit = run.commit === null ? "" : ` ${run.commit.slice(0, 8)}`;
  const count = run.count > 1 ? ` (${run.count} in a row)` : "";
  const outcome = run.outcome.replaceAll("_", " ");
  return hanging(
    "  ",
    `${toSecond(run.started_at)}  ${outcome}${commit}${count}  ${visible(run.message)}`,
  );
}
