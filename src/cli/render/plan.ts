/** A plan as text: verdict first, what removes trust first, the next command last (design.md 3). */
import type { Change, Gate, Plan, PlanSummary } from "../../model/plan.js";
import type { Timestamp } from "../../model/time.js";
import { blastRadiusLines } from "./blast-radius.js";
import { changeDetails } from "./change-details.js";
import { changeLines, directionOf } from "./change-line.js";
import type { Direction } from "./change-line.js";
import { COLUMNS, hanging, shorten, widthOf } from "./columns.js";
import { commandLines } from "./command-line.js";
import type { Paint, Style } from "./paint.js";
import {
  driftLines,
  findingLines,
  gateLines,
  gateName,
  lapsingLines,
  skippedLines,
} from "./plan-notes.js";
import { plural } from "./plural.js";
import { visible } from "./visible.js";

export interface PlanView {
  readonly verbose: boolean;
  readonly paint: Paint;
  /** The command that applies this plan, word by word; null where there is nothing to apply from. */
  readonly apply: readonly string[] | null;
  /** The moment that the plan looks at, when it is not the one at which it was made: nothing can be applied then. */
  readonly asOf?: Timestamp | null;
}

const SECTIONS: readonly (readonly [Direction, string])[] = [
  ["removes", "REMOVES TRUST"],
  ["changes", "CHANGES"],
  ["grants", "GRANTS TRUST"],
];

/** At most 80 columns wide, whatever the plan holds. */
export function renderPlan(plan: Plan, view: PlanView): string {
  const { paint, verbose } = view;
  const changed = plan.verdict !== "no_changes";
  const blocks = [
    heading(plan, view),
    ...SECTIONS.map(([direction, title]) => changeBlock(plan, direction, title, view)),
    blastRadiusLines(plan.blast_radius, verbose, paint),
    block("OUT OF BAND (not from git)", driftLines(plan.drift), paint),
    block("SKIPPED", skippedLines(plan.skipped), paint),
    block("LAPSING", lapsingLines(plan.lapsing), paint),
    block("FINDINGS", findingLines(plan.findings, paint), paint),
    block("GATES", changed ? gateLines(shownGates(plan, verbose), paint) : [], paint),
    changed || verbose ? digests(plan) : [],
    changed ? nextLines(plan, view) : [],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function block(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : [paint("bold", title), ...lines];
}

function changeBlock(
  plan: Plan,
  direction: Direction,
  title: string,
  view: PlanView,
): readonly string[] {
  const changes = plan.changes.filter((change) => directionOf(change) === direction);
  if (changes.length === 0) return [];
  const lines = changeLines(changes, view.paint);
  return block(
    title,
    view.verbose ? lines.flatMap((line, index) => [line, ...detailsOf(changes[index])]) : lines,
    view.paint,
  );
}

function detailsOf(change: Change | undefined): readonly string[] {
  return change === undefined ? [] : changeDetails(change);
}

const VERDICT_COLOURS: { readonly [V in Plan["verdict"]]: Style } = {
  no_changes: "green",
  ready: "green",
  waiting: "yellow",
  refused: "red",
};

function heading(plan: Plan, { paint, asOf = null }: PlanView): readonly string[] {
  const when =
    asOf === null
      ? []
      : hanging("note: ", `planned as of ${asOf}, to look at; this is no plan to apply`);
  const dirty = plan.source.dirty
    ? hanging(
        "note: ",
        `the working tree differs from this commit of ${visible(plan.source.ref)}; only the commit is planned`,
      )
    : [];
  const notes = [...when, ...dirty];
  if (plan.verdict === "no_changes") return ["No changes.", ...notes];
  const commit = `commit ${visible(plan.source.commit.slice(0, 12))}`;
  const label = "PLAN  ";
  const counts = shorten(summaryText(plan.summary), COLUMNS - label.length - commit.length - 2);
  const gap = COLUMNS - label.length - widthOf(counts) - commit.length;
  return [
    `${paint("bold", label)}${counts}${" ".repeat(gap)}${commit}`,
    ...hanging("      ", verdictText(plan)).map((line) =>
      paint(VERDICT_COLOURS[plan.verdict], line),
    ),
    ...notes,
  ];
}

/** `3 grant, 1 change, 2 remove, 1 revoke`; what is zero is left out. */
export function summaryText(summary: PlanSummary): string {
  const counts = [
    [summary.grant, "grant"],
    [summary.change, "change"],
    [summary.remove, "remove"],
    [summary.revoke, "revoke"],
  ] as const;
  const shown = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return shown.length === 0 ? "nothing to grant, change, remove or revoke" : shown.join(", ");
}

/** The verdict in words, with the gates that decide it. */
export function verdictText(plan: Plan): string {
  const named = (status: Gate["status"]): string =>
    plan.gates
      .filter((gate) => gate.status === status)
      .map(gateName)
      .join(", ");
  const warnings = plan.findings.filter((finding) => finding.level === "warning").length;
  const more = warnings > 0 ? `; ${plural(warnings, "warning")}` : "";
  switch (plan.verdict) {
    case "no_changes":
      return `no changes${more}`;
    case "ready":
      return `ready to apply; nothing blocks${more}`;
    case "waiting":
      return `waits for: ${named("wait")}${more}`;
    case "refused":
      return `REFUSED by: ${named("refuse")}${more}`;
  }
}

/** A gate that passes is worth a line where it has counted something. */
function shownGates(plan: Plan, verbose: boolean): readonly Gate[] {
  return plan.gates.filter((gate) => verbose || gate.status !== "pass" || (gate.value ?? 0) > 0);
}

function digests(plan: Plan): readonly string[] {
  return [
    `change  ${plan.change_digest}`,
    `state   ${plan.state_digest}`,
    `plan    ${plan.plan_digest}`,
  ];
}

/** The way on. A gate that can be lifted names its flag and the exact number itself. */
function nextLines(plan: Plan, { apply, asOf = null }: PlanView): readonly string[] {
  if (asOf !== null) return [];
  switch (plan.verdict) {
    case "ready":
      return apply === null ? [] : ["apply:", ...commandLines(apply)];
    case "waiting":
      return ["next: plan again once nothing is waited for any more"];
    default:
      return hanging("next: ", refusedNext(plan));
  }
}

/** A running daemon holds the lock, so what lifts a limit is given to it and not to apply. */
function refusedNext({ gates }: Plan): string {
  const change = "change what is refused, commit, and plan again";
  const isLiftable = ({ name, status }: Gate): boolean =>
    status === "refuse" && (name === "removals" || name === "lost_paths");
  if (!gates.some(isLiftable)) return change;
  return `${change}; or give the flag that a gate names to concordat apply, or while concordat serve runs to concordat reconcile --now`;
}
