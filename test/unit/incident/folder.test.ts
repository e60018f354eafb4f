/** The folder of an incident: continued by the same command, and whole after a crash. */
import {
  appendFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openIncident, type OpenIncident } from "../../../src/incident/folder.js";
import { incidentText, readIncident } from "../../../src/incident/read-incident.js";
import { sha256 } from "../../../src/protocol/digest.js";
import { fromInstant, parseTimestamp, toInstant } from "../../../src/protocol/instant.js";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";
import { expectError } from "../../helpers/state.js";

const AT = toInstant(parseTimestamp("2026-11-23T08:00:00Z"));

function asked(parent: string, given: Partial<OpenIncident> = {}): OpenIncident {
  let ids = 0;
  return {
    dir: null,
    parent,
    kind: "bad-treaty",
    subject: "t-1",
    origin: {
      sovereign_id: "ACME",
      key_id: "acme-1",
      public_key: null,
      generation: 3,
      state_digest: sha256("state"),
      log: null,
    },
    by: "somebody@host",
    clock: () => AT,
    random: (length) => Buffer.alloc(length, (ids += 1)),
    ...given,
  };
}

test("a new incident has a folder of its own that only its owner reads", () => {
  const parent = join(temporaryFolder(), "incidents");
  const { dir, incident } = openIncident(asked(parent));
  expect(dir).toMatch(/\/2026-11-23-bad-treaty-[0-9a-f]{8}$/);
  expect(statSync(dir).mode & 0o077).toBe(0);
  expect(statSync(join(dir, "incident.json")).mode & 0o077).toBe(0);
  expect(readFileSync(join(dir, "incident.json"), "utf8")).toBe(incidentText(incident));
  expect(incident.steps).toEqual([
    {
      at: fromInstant(AT),
      by: "somebody@host",
      step: "open",
      outcome: "done",
      message: "bad-treaty of t-1",
      log_index: null,
    },
  ]);
});

test("the same kind and subject continue the open incident; others begin one", () => {
  const parent = temporaryFolder();
  const first = openIncident(asked(parent));
  first.addFile("plans/a.txt", "plan\n");
  first.addFile("plans/a.txt", "a new plan\n");
  const again = openIncident(asked(parent));
  expect(again.dir).toBe(first.dir);
  expect(again.incident).toEqual(first.incident);
  expect(again.incident.files).toEqual([
    { name: "plans/a.txt", sha256: sha256("a new plan\n"), bytes: 11 },
  ]);
  openIncident(asked(parent, { subject: "t-2", random: (length) => Buffer.alloc(length, 7) }));
  again.update({ status: "closed" });
  openIncident(asked(parent, { random: (length) => Buffer.alloc(length, 9) }));
  expect(readdirSync(parent)).toHaveLength(3);
});

test("a folder that is named is made, continued, and never another incident's", () => {
  const dir = join(temporaryFolder(), "INC-7");
  openIncident(asked("/nowhere", { dir }));
  expect(openIncident(asked("/nowhere", { dir })).dir).toBe(dir);
  expectError("bad_incident", () => openIncident(asked("/nowhere", { dir, subject: "t-2" })));
});

test("after a crash the timeline counts, without a line that was cut off", () => {
  const parent = temporaryFolder();
  const { dir, incident } = openIncident(asked(parent));
  const [line = ""] = readFileSync(join(dir, "timeline.jsonl"), "utf8").split("\n");
  // Appended, and then the power went before incident.json was written; and once more in the middle of a line.
  appendFileSync(join(dir, "timeline.jsonl"), `${line.replace("open", "revoke")}\n{"at":"2026-`);
  const again = openIncident(asked(parent));
  expect(again.incident.steps.map(({ step }) => step)).toEqual(["open", "revoke"]);
  again.record({ step: "export", outcome: "done", message: "all of it" });
  const lines = readFileSync(join(dir, "timeline.jsonl"), "utf8").trimEnd().split("\n");
  expect(lines.map((text) => JSON.parse(text) as unknown)).toMatchObject([
    { step: "open" },
    { step: "revoke" },
    { step: "export" },
  ]);
  expect(readIncident(dir)?.steps).toHaveLength(3);
  expect(incident.steps).toHaveLength(1);
});

test("a timeline that was altered is not gone on from", () => {
  const parent = temporaryFolder();
  const { dir } = openIncident(asked(parent));
  const path = join(dir, "timeline.jsonl");
  const text = readFileSync(path, "utf8");
  for (const altered of [text.replace("done", "held"), "", text + text + text]) {
    writeFileSync(path, altered);
    expectError("bad_incident", () => openIncident(asked(parent)));
    expect(readFileSync(path, "utf8")).toBe(altered);
  }
});

test.each(["../out", "/etc/x", ".hidden", "a/../../b", "incident.json", "timeline.jsonl", ""])(
  "no file is written as %j",
  (name) => {
    const parent = temporaryFolder();
    const folder = openIncident(asked(parent));
    expectError("internal", () => folder.addFile(name, "x"));
    expect(existsSync(join(parent, "out"))).toBe(false);
  },
);

test.each([
  ["no JSON", "{"],
  ["of another version", '{"format":"concordat-incident/2"}'],
  ["without its lists", '{"format":"concordat-incident/1","kind":"bad-treaty","id":"1"}'],
])(
  "an incident.json that is %s is refused, and no reason to begin anew in that folder",
  (_n, text) => {
    const dir = temporaryFolder();
    writeFiles(dir, { "incident.json": text });
    expectError("bad_incident", () => openIncident(asked("/nowhere", { dir })));
  },
);

test("what cannot be written says why, and where else it may stand", () => {
  const folder = openIncident(asked(temporaryFolder()));
  writeFileSync(join(folder.dir, "plans"), "");
  expect(() => folder.addFile("plans/a.txt", "x")).toThrow(
    expect.objectContaining({
      code: "unwritable_file",
      message: expect.stringMatching(/\(E[A-Z]+\)$/),
      hint: expect.stringContaining("--incident DIR"),
    }),
  );
});
