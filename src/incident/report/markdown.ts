/** The record of an incident as Markdown, in which no name or message comes alive. Pure. */
import type { Cell, Report, Section } from "./report.js";

/** Also what makes an address or a mention of a plain text. */
const SPECIAL = /[\\`*_{}[\]<>()#!|&~@$]|:(?=\/\/)|(?<=www)\./gi;
const UNSAFE = /[\p{C}\u2028\u2029]/gu;

export function reportMarkdown({ title, facts, sections }: Report): string {
  const lines = [
    `# ${escaped(title)}`,
    "",
    "| | |",
    "| --- | --- |",
    ...facts.map(([label, value]) => `| ${escaped(label)} | ${cell(value)} |`),
    ...sections.flatMap(section),
  ];
  return `${lines.join("\n")}\n`;
}

function section({ title, head, rows }: Section): readonly string[] {
  const top = ["", `## ${title}`, ""];
  if (rows.length === 0) return [...top, "None."];
  return [
    ...top,
    `| ${head.join(" | ")} |`,
    `| ${head.map(() => "---").join(" | ")} |`,
    ...rows.map((row) => `| ${row.map(cell).join(" | ")} |`),
  ];
}

function cell({ text, isExact, tone }: Cell): string {
  if (text === "") return "";
  if (isExact) return code(text);
  return tone === "bad" ? `**${escaped(text)}**` : escaped(text);
}

/** A `|` ends a cell even within code, where a backslash takes that away (GFM 4.10). */
function code(text: string): string {
  const shown = visible(text).replaceAll("|", "\\|");
  const runs = shown.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

function escaped(text: string): string {
  return visible(text).replace(SPECIAL, "\\$&");
}

function visible(text: string): string {
  return text.replace(UNSAFE, "\u{fffd}");
}
