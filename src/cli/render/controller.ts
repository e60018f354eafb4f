/** What the controller says about itself as text: how it does first, then feeds, drift and runs. */
import type { Condition, FeedStatus } from "../../model/controller.js";
import type { StatusReport } from "../status-report.js";
import { hanging } from "./columns.js";
import { toSecond } from "./duration.js";
import type { Paint, Style } from "./paint.js";
import { driftLines } from "./plan-notes.js";
import { runLines } from "./run.js";
import { visible } from "./visible.js";
import { wayOutLines } from "./way-out.js";

const RUNS = 5;
const DRIFT = 10;

/** Conditions that are good when they are true; the others are good when they are false. */
const GOOD_WHEN_TRUE: ReadonlySet<Condition["type"]> = new Set([
  "Ready",
  "SourceVerified",
  "FeedsFresh",
]);

export function controllerLines(
  { controller }: StatusReport,
  verbose: boolean,
  paint: Paint,
): readonly string[] {
  const { running, status } = controller;
  if (status === null) return hanging("controller     ", "none runs, and none has run");
  const next = status.next_run_at === null ? "" : `, next run ${toSecond(status.next_run_at)}`;
  const said = running ? `running${next}` : `NOT RUNNING; as of ${toSecond(status.updated_at)}:`;
  const { repo, ref } = status.source;
  const drift = verbose ? status.drift : status.drift.slice(0, DRIFT);
  const runs = verbose ? status.runs : status.runs.slice(0, RUNS);
  return [
    ...hanging("controller     ", said),
    ...hanging("source         ", visible(ref === null ? repo : `${repo} (${ref})`)),
    ...commits(status),
    "",
    ...conditionBlock(status.conditions, verbose, paint),
    ...titled("FEEDS", status.feeds.flatMap(feedLines), paint),
    ...titled("DRIFT (not from git)", driftLines(drift), paint),
    ...more(status.drift_count - drift.length),
    ...titled("LAST RUNS", runs.flatMap(runLines), paint),
    "",
  ];
}

function commits(status: NonNullable<StatusReport["controller"]["status"]>): readonly string[] {
  const { observed_commit: observed, applied_commit: applied } = status;
  const short = (commit: string | null): string => commit?.slice(0, 12) ?? "none";
  return hanging("commits        ", `head ${short(observed)}, applied ${short(applied)}`);
}

/** Why is said once, by the first condition that says it, and below all of them what to do about it. */
function conditionBlock(
  conditions: readonly Condition[],
  verbose: boolean,
  paint: Paint,
): readonly string[] {
  const said = new Set<string>();
  const lines = conditions.flatMap((condition) => {
    const { message } = condition;
    const isNews = verbose || !said.has(message);
    if (styleOf(condition) !== "green") said.add(message);
    return conditionLines(isNews ? condition : { ...condition, message: "" }, verbose, paint);
  });
  const wrong = conditions.filter((condition) => styleOf(condition) !== "green");
  const reasons = new Set(wrong.map(({ reason }) => reason));
  const ways = [...reasons].flatMap(wayOutLines);
  return ways.length === 0 ? lines : [...lines, "", ...ways];
}

/** What is as it should be is one line; what is not says why. */
function conditionLines(condition: Condition, verbose: boolean, paint: Paint): readonly string[] {
  const { type, status, reason, message, last_transition_time } = condition;
  const style = styleOf(condition);
  const isGood = style === "green";
  const why = isGood && !verbose ? reason : [reason, message].filter(Boolean).join(": ");
  const since = verbose || !isGood ? ` (since ${toSecond(last_transition_time)})` : "";
  const label = `  ${type.padEnd(15)}${status.padEnd(8)}`;
  return hanging(label, visible(why) + since).map((line, index) =>
    index === 0 ? line.replace(status, paint(style, status)) : line,
  );
}

function styleOf({ type, status }: Condition): Style {
  if (status === "Unknown") return "yellow";
  if ((status === "True") === GOOD_WHEN_TRUE.has(type)) return "green";
  return type === "Ready" || type === "Stalled" || type === "SourceVerified" ? "red" : "yellow";
}

function feedLines(feed: FeedStatus): readonly string[] {
  const { issuer_sovereign_id, result, sequence, fresh, message } = feed;
  const age = fresh || result === null ? "" : "OVERDUE, ";
  const said = result === null ? "not polled yet" : result.replaceAll("_", " ");
  const number = sequence === null ? "" : `, sequence ${sequence}`;
  const why =
    result === null || result === "imported" || result === "unchanged" || message === ""
      ? ""
      : `: ${message}`;
  return hanging("  ", visible(`${issuer_sovereign_id}  ${age}${said}${number}${why}`));
}

function titled(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : ["", paint("bold", title), ...lines];
}

function more(count: number): readonly string[] {
  return count > 0 ? [`  and ${count} more (-v lists them)`] : [];
}
