/** The record of an incident: whole, checked, and harmless whatever its names and messages are. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openIncident } from "../../../src/incident/folder.js";
import { closeIncident, readRecord } from "../../../src/incident/record-files.js";
import { reportHtml } from "../../../src/incident/report/html.js";
import { reportMarkdown } from "../../../src/incident/report/markdown.js";
import { reportOf } from "../../../src/incident/report/report.js";
import { sha256 } from "../../../src/protocol/digest.js";
import { parseTimestamp, toInstant } from "../../../src/protocol/instant.js";
import { temporaryFolder } from "../../helpers/git.js";
import { expectError } from "../../helpers/state.js";

const AT = parseTimestamp("2026-11-23T08:00:00Z");
const HOSTILE = "<script>alert(1)</script> \"&' | `` **x** [a](http://x) \u202e\u001b[31m\n# head";

function recorded(subject: string): string {
  const folder = openIncident({
    dir: join(temporaryFolder(), "INC-7"),
    parent: "/nowhere",
    kind: "bad-treaty",
    subject,
    origin: {
      sovereign_id: subject,
      key_id: "acme-1",
      public_key: null,
      generation: 3,
      state_digest: sha256("state"),
      log: null,
    },
    by: "somebody@host",
    clock: () => toInstant(AT),
    random: (length) => Buffer.alloc(length, 1),
  });
  folder.addFile("plans/revocation.txt", "a plan\n");
  folder.addFile("audit.jsonl", "{}\n");
  folder.update({
    findings: [{ code: "blast_radius", level: "warning", message: subject, hint: subject }],
    checks: [{ name: subject, expected: "revoked", observed: subject, passed: false, at: AT }],
  });
  return folder.dir;
}

test("every file is compared with its digest", () => {
  const dir = recorded("t-1");
  expect([...readRecord(dir).files.values()]).toEqual(Array(3).fill("as recorded"));
  writeFileSync(join(dir, "audit.jsonl"), "{ }\n");
  rmSync(join(dir, "plans/revocation.txt"));
  expect(readRecord(dir).files).toEqual(
    new Map([
      ["audit.jsonl", "CHANGED"],
      ["plans/revocation.txt", "missing"],
      ["timeline.jsonl", "as recorded"],
    ]),
  );
  expectError("bad_incident", () => readRecord(temporaryFolder()));
});

test("a step that was altered, and a file that nobody wrote down, are told", () => {
  const dir = recorded("t-1");
  const timeline = join(dir, "timeline.jsonl");
  const steps = readFileSync(timeline, "utf8");
  writeFileSync(timeline, steps.replace('"done"', '"refused"'));
  writeFileSync(join(dir, "plans/notes.txt"), "");
  const { incident, files } = readRecord(dir);
  expect(files.get("timeline.jsonl")).toBe("CHANGED");
  expect(files.get("plans/notes.txt")).toBe("not recorded");
  expect(reportMarkdown(reportOf(incident, files))).toMatch(/`timeline.jsonl` .*CHANGED/);
  // A crash leaves it one step ahead.
  writeFileSync(timeline, steps + steps);
  expect(readRecord(dir).files.get("timeline.jsonl")).toBe("as recorded");
  writeFileSync(timeline, "");
  expect(readRecord(dir).files.get("timeline.jsonl")).toBe("missing");
});

test("an incident that is closed stays as it is, and another one begins", () => {
  const dir = recorded("t-1");
  const by = {
    by: "somebody@host",
    clock: () => toInstant(AT),
    random: (n: number) => Buffer.alloc(n),
  };
  closeIncident(dir, by);
  closeIncident(dir, by);
  const { incident } = readRecord(dir);
  expect(incident.status).toBe("closed");
  expect(incident.steps.map(({ step }) => step)).toEqual(["open", "close"]);
});

test("the record says what stands in the folder", () => {
  const { incident, files } = readRecord(recorded("t-1"));
  const markdown = reportMarkdown(reportOf(incident, files));
  expect(markdown).toContain("# Bad treaty issued: t-1\n");
  expect(markdown).toContain("| Checks | **0 of 1 passed** |");
  expect(markdown).toContain(`| \`audit.jsonl\` | 3 | \`${sha256("{}\n")}\` | as recorded |`);
  expect(markdown.match(/^## .*$/gm)).toEqual([
    "## Findings",
    "## What happened in the window",
    "## Checks",
    "## Confirmations",
    "## Drafts in git",
    "## Notices",
    "## Timeline",
    "## Files",
  ]);
  expect(markdown).toContain("## Notices\n\nNone.\n");
});

test("HTML breaks an id where it must, and a code nowhere", () => {
  const { incident, files } = readRecord(recorded("t-1"));
  const html = reportHtml(reportOf(incident, files));
  expect(html).toContain("<code>blast_radius</code>");
  expect(html).toContain(`<code class="long">${sha256("{}\n")}</code>`);
});

test("HTML loads and runs nothing", () => {
  const { incident, files } = readRecord(recorded(HOSTILE));
  const html = reportHtml(reportOf(incident, files));
  expect(html).not.toContain("<script");
  expect(html).not.toContain("\u202e");
  expect(html).not.toContain("\u001b");
  expect(html).not.toMatch(/\s(?:src|href|on[a-z]+)=/);
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;&#39;");
  expect(html).toContain("default-src &#39;none&#39;");
});

test("no name breaks out of its place in Markdown", () => {
  const { incident, files } = readRecord(recorded(HOSTILE));
  const markdown = reportMarkdown(reportOf(incident, files));
  const calm = reportMarkdown(reportOf(readRecord(recorded("t-1")).incident, files));
  expect(markdown.split("\n")).toHaveLength(calm.split("\n").length);
  expect(markdown).toContain("\\<script\\>alert\\(1\\)");
  expect(markdown).toContain("\\[a\\]\\(http\\://x\\)");
  expect(markdown).not.toContain("\u202e");
  // Each row has the cells of its head, whatever is in them.
  for (const row of markdown.split("\n").filter((line) => line.includes("alert")))
    if (row.startsWith("|")) expect(row.replaceAll("\\|", "").split("|").length).toBeGreaterThan(2);
});
