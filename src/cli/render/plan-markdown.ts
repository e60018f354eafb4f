/** A plan as Markdown, for a comment on the pull request that it belongs to. */
import type { Change, Plan } from "../../model/plan.js";
import type { Timestamp } from "../../model/time.js";
import { hasImpact, impactText, pathText } from "./blast-radius.js";
import { detailOf, directionOf, labelOf, symbolOf } from "./change-line.js";
import type { Direction } from "./change-line.js";
import { code, heading } from "./markdown.js";
import { gateName, placeOf } from "./plan-notes.js";
import { summaryText, verdictText } from "./plan.js";
import { plural } from "./plural.js";

/** GitHub refuses a comment of more than 65,536 characters; the rest is room for what a bot adds. */
export const MARKDOWN_LIMIT = 60_000;

const LEFT_OUT = "Left out to fit a comment; `concordat show FILE -v` has it all.";

/**
 * The plan in at most `limit` characters. What does not fit is left out from the least to the most important: details,
 * lists beside the changes, changes, grants. What removes trust is never left out, even over the limit.
 */
export function renderPlanMarkdown(
  plan: Plan,
  { limit = MARKDOWN_LIMIT, asOf = null }: { limit?: number; asOf?: Timestamp | null } = {},
): string {
  const of = (direction: Direction): readonly Change[] =>
    plan.changes.filter((change) => directionOf(change) === direction);
  const top = [
    title(plan),
    asOf === null ? "" : `_Planned as of ${asOf}, to look at; this is no plan to apply._\n`,
    changeList("Removes trust", of("removes"), true),
    section(
      "Findings that block",
      plan.findings.filter((finding) => finding.level === "error").flatMap(findingLines),
    ),
    section("Gates", plan.gates.filter((gate) => gate.status !== "pass").map(gateLine)),
  ];
  const lists = [blastRadius(plan), drift(plan), otherFindings(plan), skippedAndLapsing(plan)];
  const counted = (name: string, changes: readonly Change[]): string =>
    changes.length === 0
      ? ""
      : heading(name) + `${plural(changes.length, "object")}, not listed here.\n`;
  const versions: readonly (readonly string[])[] = [
    [
      ...top,
      changeList("Changes", of("changes"), true),
      changeList("Grants trust", of("grants"), true),
      ...lists,
    ],
    [
      ...top,
      changeList("Changes", of("changes"), false),
      changeList("Grants trust", of("grants"), false),
      ...lists,
    ],
    [
      ...top,
      changeList("Changes", of("changes"), false),
      changeList("Grants trust", of("grants"), false),
    ],
    [...top, counted("Changes", of("changes")), changeList("Grants trust", of("grants"), false)],
    [...top, counted("Changes", of("changes")), counted("Grants trust", of("grants"))],
  ];
  const texts = versions.map((parts, index) =>
    assemble([...parts, digests(plan), index === 0 ? "" : `_${LEFT_OUT}_\n`]),
  );
  return texts.find((text) => text.length <= limit) ?? texts.at(-1) ?? "";
}

function assemble(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n");
}

function title(plan: Plan): string {
  if (plan.verdict === "no_changes") return "### No changes.\n";
  const commit = `Commit ${code(plan.source.commit)}`;
  return `### Plan: ${summaryText(plan.summary)}\n\n**${code(verdictText(plan))}**\n\n${commit}\n`;
}

function section(name: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${heading(name)}${lines.join("\n")}\n`;
}

function changeList(name: string, changes: readonly Change[], details: boolean): string {
  return section(
    name,
    changes.map((change) => {
      const object = code(`${symbolOf(change)} ${change.action} ${labelOf(change)}`);
      const detail = details ? detailOf(change) : "";
      return `- ${object} ${change.risk}${detail === "" ? "" : ` — ${code(detail)}`}`;
    }),
  );
}

function findingLines(finding: Plan["findings"][number]): string[] {
  return [
    `- **${finding.level}** ${code(placeOf(finding))}: ${code(finding.message)}`,
    `  - way out: ${code(finding.hint)}`,
  ];
}

function gateLine(gate: Plan["gates"][number]): string {
  return `- **${gate.status}** ${gateName(gate)}: ${code(gate.message)}`;
}

function blastRadius({ blast_radius: radius }: Plan): string {
  const lines = [
    ...radius.cut_off.map((id) => `- cut off: ${code(id)}`),
    ...radius.by_change.filter(hasImpact).map((impact) => `- ${code(impactText(impact))}`),
    ...radius.lost.map((path) => `- lost: ${code(pathText(path))}`),
    ...radius.longer.map((path) => `- longer: ${code(pathText(path))}`),
    ...radius.gained.map((path) => `- gained: ${code(pathText(path))}`),
  ];
  const paths = `Trust paths ${radius.paths_before} → ${radius.paths_after}`;
  return lines.length === 0 ? "" : `${heading("Blast radius")}${paths}\n\n${lines.join("\n")}\n`;
}

function drift(plan: Plan): string {
  return section(
    "Out of band (not from git)",
    plan.drift.map(
      (item) => `- ${code(`! ${labelOf(item)}`)} ${code(item.message)}: ${item.disposition}`,
    ),
  );
}

function otherFindings(plan: Plan): string {
  return section(
    "Findings",
    plan.findings.filter((finding) => finding.level !== "error").flatMap(findingLines),
  );
}

function skippedAndLapsing(plan: Plan): string {
  return section("Skipped and lapsing", [
    ...plan.skipped.map((item) => `- ${code(`= ${labelOf(item)}`)} ${code(item.message)}`),
    ...plan.lapsing.map((item) => `- ${code(labelOf(item))} ends ${code(item.expires_at)}`),
  ]);
}

function digests(plan: Plan): string {
  if (plan.verdict === "no_changes") return "";
  return [
    "```text",
    `change  ${plan.change_digest}`,
    `state   ${plan.state_digest}`,
    `plan    ${plan.plan_digest}`,
    "```\n",
  ].join("\n");
}
