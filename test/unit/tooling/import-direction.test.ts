/** The linter refuses every import against the direction, and everything impure in a pure part. */
import { spawnSync } from "node:child_process";
import { copyFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";

const PURE = ["model", "errors", "protocol"];
const BASE = [...PURE, "secret-file"];
const STAGES = [...BASE, "git", "desired", "plan", "sign", "state", "notify"];
const DERIVED = [...STAGES, "audit", "connectome", "revision"];
const WHOLE = [...DERIVED, "apply", "scaffold", "feeds", "backup", "explain"];

/** Written out once more, apart from the table in the configuration: what each part may import besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  model: [],
  errors: ["model"],
  protocol: ["model", "errors"],
  "secret-file": PURE,
  git: BASE,
  desired: PURE,
  plan: PURE,
  sign: BASE,
  state: BASE,
  notify: BASE,
  audit: STAGES,
  connectome: STAGES,
  revision: STAGES,
  apply: DERIVED,
  scaffold: [...PURE, "git", "sign", "desired"],
  feeds: DERIVED,
  backup: DERIVED,
  explain: DERIVED,
  reconcile: WHOLE,
  admin: WHOLE,
  adopt: WHOLE,
  restore: WHOLE,
  controller: [...WHOLE, "reconcile", "admin", "adopt", "restore"],
  incident: [...WHOLE, "reconcile", "admin", "adopt", "restore"],
  http: [...WHOLE, "reconcile", "admin", "adopt", "restore", "controller", "incident"],
  cli: [...WHOLE, "reconcile", "admin", "adopt", "restore", "controller", "incident"],
};
const PARTS = Object.keys(ALLOWED);
const FILES = ["errors", "secret-file", "reconcile"];

interface Finding {
  readonly code: string;
  readonly filename: string;
  readonly message: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

/** Lints a tree of files with the project's configuration. Returns `file:line` of each finding of these rules, sorted. */
function lint(files: Readonly<Record<string, string>>, rules: readonly string[]): string[] {
  const dir = temporaryFolder();
  writeFiles(dir, files);
  copyFileSync("oxlint.config.ts", join(dir, "oxlint.config.ts"));
  symlinkSync(resolve("node_modules"), join(dir, "node_modules"));
  const run = spawnSync(resolve("node_modules/.bin/oxlint"), ["--format", "json", "src"], {
    cwd: dir,
    encoding: "utf8",
  });
  const { diagnostics } = JSON.parse(run.stdout) as { readonly diagnostics: readonly Finding[] };
  const found = diagnostics.filter((finding) => rules.some((rule) => finding.code.includes(rule)));
  const places = found.map((finding) => `${finding.filename}:${finding.labels[0]?.span.line ?? 0}`);
  return [...new Set(places)].toSorted();
}

const fileOf = (part: string): string =>
  FILES.includes(part) ? `src/${part}.ts` : `src/${part}/a.ts`;

function specifier(from: string, to: string): string {
  const target = FILES.includes(to) ? `${to}.js` : `${to}/b.js`;
  return FILES.includes(from) ? `./${target}` : `../${target}`;
}

const IMPORT_RULE = ["no-restricted-imports"];

test("lets each part import what stands before it in the direction, and nothing else", () => {
  const files: Record<string, string> = {};
  const expected: string[] = [];
  for (const from of PARTS) {
    const others = PARTS.filter((part) => part !== from);
    files[fileOf(from)] = others.map((to) => `import "${specifier(from, to)}";\n`).join("");
    for (const [index, to] of others.entries()) {
      if (!ALLOWED[from]?.includes(to)) expected.push(`${fileOf(from)}:${index + 1}`);
    }
  }
  expect(expected.length).toBeGreaterThan(100);
  expect(lint(files, IMPORT_RULE)).toEqual(expected.toSorted());
});

test("sees every form of an import, from nested folders too", () => {
  const refused = [
    `export * from "../../git/b.js";`,
    `export { b } from "../../git/b.js";`,
    `import type { B } from "../../git/b.js";`,
    `export const late = import("../../git/b.js");`,
    `import "./../../git/b.js";`,
    `import "../rules/../../git/b.js";`,
    `import "../../../src/git/b.js";`,
    `import "../../../test/helpers/git.js";`,
  ];
  const found = lint({ "src/plan/rules/a.ts": refused.join("\n") }, IMPORT_RULE);
  expect(found).toEqual(refused.map((_, index) => `src/plan/rules/a.ts:${index + 1}`));
});

test("lets only the services of the command line import http/", () => {
  const line = `import "../http/app.js";\n`;
  const files = {
    "src/cli/daemon.ts": line,
    "src/cli/read-only-service.ts": line,
    "src/cli/commands/plan.ts": `import "../../http/app.js";\n`,
  };
  expect(lint(files, IMPORT_RULE)).toEqual(["src/cli/commands/plan.ts:1"]);
});

test("refuses a part of src/ that stands in no row", () => {
  expect(lint({ "src/extra/a.ts": `import "../model/b.js";\n` }, IMPORT_RULE)).toEqual([
    "src/extra/a.ts:1",
  ]);
});

test("keeps a module with the part that owns it", () => {
  const line = `import "simple-git";\n`;
  const files = { "src/git/a.ts": line, "src/apply/a.ts": line };
  expect(lint(files, IMPORT_RULE)).toEqual(["src/apply/a.ts:1"]);
});

test.each(["protocol", "desired", "plan"])(
  "keeps I/O, clocks and randomness out of %s/",
  (part) => {
    const pure = [
      `import { createHash } from "node:crypto";`,
      `export const hash = createHash("sha256");`,
    ];
    const impure = [
      `import "node:fs";`,
      `import "node:fs/promises";`,
      `import "node:child_process";`,
      `import "node:net";`,
      `import "node:sqlite";`,
      `import { randomBytes } from "node:crypto";`,
      `import * as everything from "node:crypto";`,
      `export const now = Date.now();`,
      `export const today = new Date();`,
      `export const chance = Math.random();`,
      `export const setting = process.env["HOME"];`,
      `export const clock = globalThis.performance;`,
      `export const id = crypto.randomUUID();`,
    ];
    const file = `src/${part}/a.ts`;
    const rules = ["no-restricted-imports", "no-restricted-globals", "no-restricted-properties"];
    const found = lint({ [file]: [...pure, ...impure].join("\n") }, rules);
    const expected = impure.map((_, index) => `${file}:${pure.length + index + 1}`);
    expect(found).toEqual(expected.toSorted());
  },
);

test("finds a cycle, even one of types", () => {
  const files = {
    "src/model/a.ts": `import type { B } from "./b.js";\nexport type A = B | null;\n`,
    "src/model/b.ts": `import type { A } from "./a.js";\nexport type B = A | null;\n`,
  };
  expect(lint(files, ["no-cycle"])).toEqual(["src/model/a.ts:1", "src/model/b.ts:1"]);
});

test("allows default exports to commands only", () => {
  const line = `export default 1;\n`;
  const files = { "src/cli/commands/a.ts": line, "src/cli/a.ts": line };
  expect(lint(files, ["no-default-export"])).toEqual(["src/cli/a.ts:1"]);
});
