/** The record of an incident as one HTML page: no script, nothing loaded, to be read and printed. Pure. */
import { hash } from "node:crypto";
import type { Cell, Report, Section } from "./report.js";

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); --soft: color-mix(in srgb, currentColor 6%, transparent); --good: light-dark(#116329, #7ee787); --bad: light-dark(#b3261e, #ff8a80); }
body { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; font: .95rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
dl { display: grid; grid-template-columns: fit-content(40%) 1fr; gap: .3rem 1.25rem; padding: 1rem 1.25rem; background: var(--soft); border-radius: .5rem; }
dt { opacity: .75; overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0; border-top: 1px solid var(--line); overflow-wrap: break-word; }
th { font-weight: 600; white-space: nowrap; border-top: 0; opacity: .75; }
td { min-width: 5rem; }
td:has(.long) { min-width: 11rem; }
td:first-child { white-space: nowrap; }
code { font: .85em/1.4 ui-monospace, monospace; white-space: nowrap; }
.long { white-space: normal; overflow-wrap: anywhere; }
.good { color: var(--good); }
.bad { color: var(--bad); font-weight: 600; }
.none { opacity: .75; }
@media print { body { max-width: none; padding: 0; } .wide { overflow: visible; } tr { break-inside: avoid; } }
`;

/** Codes and names of events are not broken; ids, digests and paths may be. */
const SHORT = 32;

/** Even a text that was not escaped could load and run nothing. */
const POLICY = `default-src 'none'; style-src 'sha256-${hash("sha256", STYLE, "base64")}'; base-uri 'none'; form-action 'none'`;

export function reportHtml({ title, facts, sections }: Report): string {
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escaped(POLICY)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    "</head>",
    "<body>",
    `<h1>${escaped(title)}</h1>`,
    "<dl>",
    ...facts.map(([label, value]) => `<dt>${escaped(label)}</dt><dd>${content(value)}</dd>`),
    "</dl>",
    ...sections.flatMap(section),
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function section({ title, head, rows }: Section): readonly string[] {
  if (rows.length === 0) return [`<h2>${escaped(title)}</h2>`, '<p class="none">None.</p>'];
  return [
    `<h2>${escaped(title)}</h2>`,
    '<div class="wide"><table>',
    `<thead><tr>${head.map((name) => `<th scope="col">${escaped(name)}</th>`).join("")}</tr></thead>`,
    "<tbody>",
    ...rows.map((row) => `<tr>${row.map((cell) => `<td>${content(cell)}</td>`).join("")}</tr>`),
    "</tbody>",
    "</table></div>",
  ];
}

function content({ text, isExact, tone }: Cell): string {
  const shown = escaped(text);
  if (isExact) return `<code${text.length > SHORT ? ' class="long"' : ""}>${shown}</code>`;
  return tone === "plain" ? shown : `<span class="${tone}">${shown}</span>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text
    .replace(/[\p{C}\u2028\u2029]/gu, "\u{fffd}")
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
