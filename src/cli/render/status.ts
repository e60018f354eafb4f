/** How the controller does, and the state in figures, as text. */
import type { StateReport } from "../state-report.js";
import type { StatusReport } from "../status-report.js";
import { labelOf } from "./change-line.js";
import { hanging } from "./columns.js";
import { controllerLines } from "./controller.js";
import { timeLeft, toSecond } from "./duration.js";
import type { Paint } from "./paint.js";
import { visible } from "./visible.js";

/** Lines of what lapses without -v. */
const SHOWN = 10;

export function renderStatus(report: StatusReport, verbose: boolean, paint: Paint): string {
  const { authority, applied } = { authority: report.sovereign_id, applied: report.applied };
  const lines = [
    ...controllerLines(report, verbose, paint),
    ...row(
      "sovereign",
      authority === null ? "none yet: nothing has been applied" : visible(authority),
    ),
    ...(report.key_id === null
      ? []
      : row("signing key", `${visible(report.key_id)}  ${report.public_key ?? ""}`)),
    ...row(
      "applied",
      applied === null
        ? "never"
        : `commit ${applied.commit.slice(0, 12)} at ${toSecond(applied.at)}`,
    ),
    ...row("treaties", countsText(report.treaties)),
    ...row("attestations", countsText(report.attestations)),
    ...row("operator keys", countsText(report.operator_keys)),
    ...row("sovereigns", String(report.sovereigns)),
    ...row("feeds", countsText(report.feeds)),
    ...row(
      "own feed",
      report.published_feed_sequence === null
        ? "not published"
        : `sequence ${report.published_feed_sequence}`,
    ),
    ...row("policy", report.recognition_policy ? "recognition policy in force" : "none"),
    ...row("generation", String(report.generation)),
    `state   ${report.digest}`,
    ...lapsing(report, verbose, paint),
  ];
  return `${lines.join("\n")}\n`;
}

function row(label: string, text: string): readonly string[] {
  return hanging(label.padEnd(15), text);
}

/** What is zero is left out. */
function countsText(counts: Readonly<Record<string, number>>): string {
  const shown = Object.entries(counts).filter(([, count]) => count > 0);
  return shown.length === 0
    ? "none"
    : shown.map(([name, count]) => `${count} ${name.replaceAll("_", " ")}`).join(", ");
}

function lapsing(
  { lapsing: endings }: StateReport,
  verbose: boolean,
  paint: Paint,
): readonly string[] {
  if (endings.length === 0) return [];
  const shown = verbose ? endings : endings.slice(0, SHOWN);
  const more = endings.length - shown.length;
  return [
    "",
    paint("bold", "ENDING WITHIN 30 DAYS"),
    ...shown.flatMap((ending) =>
      hanging(
        "  ",
        `${toSecond(ending.expires_at)}  ${labelOf(ending)}  (${timeLeft(ending.seconds_left)} left)`,
      ),
    ),
    ...(more > 0 ? [`  and ${more} more (-v lists them)`] : []),
  ];
}
