/** A person applies one commit after another, the first onto nothing: every change of a commit and its entries are one. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { applyChange, planChange } from "../../../src/reconcile.js";
import { emptyState, openState } from "../../../src/state/open.js";
import type { StateReader } from "../../../src/state/reader.js";
import { BASE, treatyYaml } from "../../helpers/trust-files.js";
import { keyOf } from "../../helpers/keys.js";
import { databaseOf, detailsOf, NOW, numbersWhere } from "../place.js";
import type { Scenario, Survey } from "../scenario.js";

const OPERATIONS = 4;

function git(folder: string, ...args: string[]): string {
  const identity = ["-c", "user.name=Torture", "-c", "user.email=torture@localhost"];
  return execFileSync("git", ["-C", join(folder, "repo"), ...identity, ...args], {
    encoding: "utf8",
    stdio: "pipe",
  }).trim();
}

function commit(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, "repo", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "change");
  return git(folder, "rev-parse", "HEAD");
}

function commitsOf(folder: string): readonly string[] {
  return readFileSync(join(folder, "commits"), "utf8").trim().split("\n");
}

/** Changes a treaty of its own, and the treaty of the commit before, whose successor it brings. */
function filesOf(number: number): Readonly<Record<string, string>> {
  const own = { [`treaties/t${number}.yaml`]: treatyYaml(`t${number}`, "role:client", "globex") };
  if (number === 1) return { ...BASE, ...own };
  const before = `t${number - 1}`;
  return { ...own, [`treaties/${before}.yaml`]: treatyYaml(before, "role:operator", "globex") };
}

async function applyCommit(folder: string, ref: string): Promise<void> {
  const change = await planChange({
    repo: join(folder, "repo"),
    ref,
    db: databaseOf(folder),
    limits: DEFAULT_LIMITS,
    now: NOW,
    version: "0.0.0",
  });
  await applyChange(change, {
    key: keyOf("authority"),
    expect: null,
    now: NOW,
    random: randomBytes,
    holder: "torture",
  });
}

function survey(folder: string, state: StateReader): Survey {
  const commits = commitsOf(folder);
  const { inventory, treaties } = state.snapshot();
  const names = new Set(inventory.map((entry) => entry.name));
  const applied = new Set(detailsOf(state, "plan_applied", "commit"));
  const issued = new Set(detailsOf(state, "recognition_treaty_issued", "treaty_id"));
  const revoked = new Set(detailsOf(state, "recognition_treaty_revoked", "treaty_id"));
  return {
    changed: numbersWhere(OPERATIONS, (number) => names.has(`t${number}`)),
    logged: numbersWhere(OPERATIONS, (number) => applied.has(commits[number - 1])),
    faults: treaties
      .filter(({ id, status }) => !issued.has(id) || (status === "revoked") !== revoked.has(id))
      .map(({ id, status }) => `treaty ${id} is ${status}, and the log does not say so`),
  };
}

function reading<T>(folder: string, use: (state: StateReader) => T): T {
  const path = databaseOf(folder);
  const reader = existsSync(path) ? openState(path) : emptyState();
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

export const apply: Scenario = {
  name: "apply",
  operations: OPERATIONS,
  prepare: async (folder) => {
    mkdirSync(join(folder, "state"));
    mkdirSync(join(folder, "repo"));
    git(folder, "init", "--quiet", "--initial-branch=main");
    const commits = numbersWhere(OPERATIONS, () => true).map((number) =>
      commit(folder, filesOf(number)),
    );
    writeFileSync(join(folder, "commits"), `${commits.join("\n")}\n`);
  },
  work: async (folder, acknowledge) => {
    const done = reading(folder, (state) => survey(folder, state).changed);
    for (const number of numbersWhere(OPERATIONS, (each) => !done.includes(each))) {
      await applyCommit(folder, commitsOf(folder)[number - 1] ?? "");
      reading(folder, (state) => acknowledge(number, state));
    }
  },
  survey,
};
