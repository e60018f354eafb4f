import { randomBytes } from "node:crypto";
import { cpSync, existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { compile } from "../../../src/desired/compile.js";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { readWorktree } from "../../../src/git/worktree.js";
import { KINDS } from "../../../src/model/resources.js";
import type { Snapshot } from "../../../src/model/state.js";
import { parseTimestamp, toInstant } from "../../../src/protocol/instant.js";
import { applyChange, planChange, type PlannedChange } from "../../../src/reconcile.js";
import { openState } from "../../../src/state/open.js";
import {
  EXAMPLES,
  EXAMPLES_FOLDER,
  exampleDocuments,
  exampleKey,
} from "../../../scripts/example-documents.js";
import { commitFiles, git, temporaryFolder } from "../../helpers/git.js";

const NOW = toInstant(parseTimestamp("2026-11-23T00:00:00Z"));
const FOLDERS = Object.keys(EXAMPLES);

/** A copy of an example, committed, with its authority's key. */
function checkOut(folder: string) {
  const repo = temporaryFolder();
  cpSync(join(EXAMPLES_FOLDER, folder), repo, { recursive: true });
  git(repo, ["init", "--quiet", "--initial-branch=main"]);
  commitFiles(repo, {});
  const db = join(temporaryFolder(), "na.db");
  const options = { repo, ref: null, db, limits: DEFAULT_LIMITS, now: NOW, version: "0.0.0" };
  const plan = () => planChange(options);
  const apply = (change: PlannedChange) =>
    applyChange(change, {
      key: exampleKey(`${EXAMPLES[folder]} authority`),
      expect: null,
      now: NOW,
      random: randomBytes,
      holder: "test",
    });
  const snapshot = (): Snapshot => {
    const reader = openState(db);
    try {
      return reader.snapshot();
    } finally {
      reader.close();
    }
  };
  return { plan, apply, snapshot };
}

describe.each(FOLDERS)("examples/%s", (folder) => {
  test("validates without a warning", () => {
    const { files, read } = readWorktree(join(EXAMPLES_FOLDER, folder), DEFAULT_LIMITS);
    const { diagnostics, desired } = compile(
      { commit: "c", tree: "t", files, read },
      { limits: DEFAULT_LIMITS },
    );
    expect(diagnostics).toEqual([]);
    expect(desired?.authority.publicKey).toBe(
      exampleKey(`${EXAMPLES[folder]} authority`).publicKey,
    );
  });

  test("applies without a finding, and then has nothing left to do", async () => {
    const { plan, apply } = checkOut(folder);
    const first = await plan();
    expect(first.plan.verdict).toBe("ready");
    expect(first.plan.findings).toEqual([]);
    expect((await apply(first)).applied).not.toBeNull();
    const second = await plan();
    expect(second.plan.verdict).toBe("no_changes");
    expect(second.plan.changes).toEqual([]);
    expect(second.plan.drift).toEqual([]);
  });

  test("names its schemas by paths that exist", () => {
    for (const path of globSync("**/*.yaml", { cwd: join(EXAMPLES_FOLDER, folder) })) {
      const file = join(EXAMPLES_FOLDER, folder, path);
      const [, schema = ""] =
        /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(file, "utf8")) ?? [];
      expect(existsSync(resolve(file, "..", schema)), path).toBe(true);
      expect(schema, path).toMatch(/\.schema\.json$/);
    }
  });
});

test("the signed files are those that the labels give", () => {
  for (const [path, text] of exampleDocuments()) {
    expect(readFileSync(join(EXAMPLES_FOLDER, path), "utf8"), path).toBe(text);
  }
});

test("the federation shows every kind", () => {
  const text = globSync("federation/**/*.yaml", { cwd: EXAMPLES_FOLDER })
    .map((path) => readFileSync(join(EXAMPLES_FOLDER, path), "utf8"))
    .join("\n");
  const kinds = [...text.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind);
  expect(new Set(kinds)).toEqual(new Set(KINDS));
});

test("the five know each other by the keys they sign with", async () => {
  const edges: string[] = [];
  const acme = checkOut("federation/acme");
  for (const folder of FOLDERS.filter((name) => name.startsWith("federation/"))) {
    const { plan, apply, snapshot } = folder === "federation/acme" ? acme : checkOut(folder);
    await apply(await plan());
    const state = snapshot();
    for (const sovereign of state.sovereigns) {
      const label = `${sovereign.sovereignId.toLowerCase()} authority`;
      expect(sovereign.publicKeys).toEqual([exampleKey(label).publicKey]);
    }
    edges.push(...state.treaties.map((treaty) => `${treaty.issuer} -> ${treaty.subject}`));
  }
  expect(edges.toSorted()).toEqual([
    "ACME -> GLOBEX",
    "ACME -> INITECH",
    "ACME -> UMBRELLA",
    "GLOBEX -> ACME",
    "GLOBEX -> INITECH",
    "HOOLI -> ACME",
    "INITECH -> ACME",
    "INITECH -> GLOBEX",
    "INITECH -> UMBRELLA",
    "UMBRELLA -> ACME",
  ]);
  const state = acme.snapshot();
  expect(state.importedRevocations.map((row) => [row.issuer, row.sequence, row.reason])).toEqual([
    ["GLOBEX", 4, "contract_ended"],
  ]);
  expect(state.rejectedFeeds.map((row) => [row.issuer, row.sequence])).toEqual([["HOOLI", 12]]);
});
