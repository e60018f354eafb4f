/** An incident as text: verdict first, then what was found, drafted and checked, and the next command last. */
import { relative } from "node:path";
import type {
  IncidentCheck,
  IncidentDraft,
  IncidentEffect,
  IncidentFinding,
  IncidentResult,
  IncidentStep,
} from "../../model/incident.js";
import { hanging } from "./columns.js";
import { commandLines } from "./command-line.js";
import { toSecond } from "./duration.js";
import type { Paint } from "./paint.js";
import { visible } from "./visible.js";

const LEVELS = { error: "red", warning: "yellow", info: "cyan" } as const;

/** At most 80 columns wide, while no word of a command is wider. The folder is named from where the reader stands. */
export function renderIncident(
  result: IncidentResult,
  paint: Paint,
  cwd: string = process.cwd(),
): string {
  const { verdict, is_refused, incident } = result;
  const folder = relative(cwd, result.folder) || ".";
  const next = result.next.map((words) =>
    words.map((word) => (word === result.folder ? folder : word)),
  );
  const block = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [paint("bold", title), ...lines];
  const blocks = [
    hanging("", visible(verdict)).map((line) => paint(is_refused ? "red" : "bold", line)),
    block(
      "FINDINGS",
      incident.findings.flatMap((finding) => findingLines(finding, paint)),
    ),
    block(
      incident.kind === "blast-radius" ? "WHO WAS ASKED" : "WHAT IT DID",
      incident.effects.flatMap(effectLines),
    ),
    block(
      "CHECKS",
      incident.checks.flatMap((check) => checkLines(check, paint)),
    ),
    block("DRAFTS", incident.drafts.flatMap(draftLines)),
    block(
      "NOTICES",
      incident.notices.flatMap(({ file, to }) => hanging("  ", `${file}  for ${visible(to)}`)),
    ),
    block("STEPS", incident.steps.slice(-8).flatMap(stepLines)),
    hanging("folder: ", visible(folder)),
    block("NEXT", next.flatMap(commandLines)),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function findingLines(finding: IncidentFinding, paint: Paint): readonly string[] {
  const { level, code, message, hint } = finding;
  return [
    ...hanging(`  ${level.padEnd(8)}`, code).map((line, index) =>
      index === 0 ? line.replace(level, paint(LEVELS[level], level)) : line,
    ),
    ...hanging("          ", visible(message)),
    ...hanging("          way out: ", visible(hint)),
  ];
}

function effectLines(effect: IncidentEffect): readonly string[] {
  const { at, event_id, action, object, current, answer, log_index } = effect;
  const place = log_index === null ? "  (not in the log)" : `  (log entry ${log_index})`;
  return [
    ...hanging("  ", `${toSecond(at)}  ${visible(action)}`),
    ...hanging("    ", `${visible(object)}: ${visible(current)}${event_id === "" ? "" : place}`),
    ...(answer === null ? [] : hanging("    answer: ", visible(answer))),
  ];
}

function checkLines({ name, expected, observed, passed }: IncidentCheck, paint: Paint): string[] {
  const word = passed ? "pass" : "FAIL";
  const [first = "", ...rest] = hanging(`  ${word}  `, visible(name));
  return [
    first.replace(word, paint(passed ? "green" : "red", word)),
    ...rest,
    ...hanging("        expected ", visible(expected)),
    ...hanging("        seen     ", visible(observed)),
  ];
}

function draftLines({ branch, files, purpose, held, settled }: IncidentDraft): readonly string[] {
  if (settled) return hanging("  ", visible(`${branch}  git says so already`));
  return [
    ...hanging("  ", visible(branch)),
    ...hanging("    ", visible(purpose)),
    ...files.flatMap((file) => hanging("    ", visible(file))),
    ...(held === null ? [] : hanging("    HELD: ", visible(held))),
  ];
}

function stepLines({ at, step, outcome, message }: IncidentStep): readonly string[] {
  return hanging(`  ${toSecond(at)}  ${outcome.padEnd(8)}`, visible(`${step}: ${message}`));
}
