import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { commitFiles, git, temporaryFolder } from "../helpers/git.js";

const ONCE = ["reconcile", "--once", "--json"];

describe("--once exits", () => {
  test("0 when it has applied the head, and when there was nothing to do", async () => {
    const dir = await trustRepository();
    const commit = commitTreaties(dir, ["globex"]);
    const first = await run(ONCE, { cwd: dir });
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.json()).toMatchObject({ outcome: "applied", trigger: "request", commit });
    const again = await run(ONCE, { cwd: dir });
    expect(again.json()).toMatchObject({ outcome: "no_changes", commit, changes: 0 });
    expect((await run(["plan", "--detailed-exitcode"], { cwd: dir })).code).toBe(0);
    const text = await run(["reconcile", "--once"], { cwd: dir });
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toMatch(/^NO CHANGES {2}nothing to change\n/);
  });

  test("1 when the tree does not validate, and the state stands", async () => {
    const dir = await trustRepository();
    const good = commitTreaties(dir, ["globex"]);
    await run(ONCE, { cwd: dir });
    commitFiles(dir, { "treaties/globex.yaml": "kind: Nothing\n" });
    const ended = await run(ONCE, { cwd: dir });
    expect(ended.code).toBe(1);
    expect(ended.json()).toMatchObject({ outcome: "stalled", reason: "ValidationFailed" });
    const status = await run(["status", "--json"], { cwd: dir });
    expect(status.json()).toMatchObject({ applied: { commit: good }, treaties: { active: 1 } });
  });

  test("1 when the source cannot be reached", async () => {
    const dir = await trustRepository();
    const db = join(dir, ".concordat/na.db");
    const key = join(dir, ".concordat/keys/authority.key");
    const elsewhere = ["--repo", temporaryFolder(), "--db", db, "--authority-key", key];
    const ended = await run([...ONCE, ...elsewhere]);
    expect(ended.code).toBe(1);
    expect(ended.json()).toMatchObject({ outcome: "failed", reason: "FetchFailed", commit: null });
  });

  test("3 when a guard refuses, and 0 when it is allowed", async () => {
    const dir = await trustRepository();
    const names = ["one", "two", "three", "four", "five"];
    commitTreaties(dir, names);
    await run(ONCE, { cwd: dir });
    git(dir, ["rm", "--quiet", ...names.map((name) => `treaties/${name}.yaml`)]);
    commitFiles(dir, {});
    const refused = await run(ONCE, { cwd: dir });
    expect(refused.code).toBe(3);
    expect(refused.json()).toMatchObject({ outcome: "stalled", reason: "ThresholdExceeded" });
    const limits = ["--allow-removals", "10", "--allow-lost-paths", "99"];
    expect((await run([...ONCE, ...limits], { cwd: dir })).code).toBe(0);
  });

  test("3 when history was rewritten", async () => {
    const dir = await trustRepository();
    const base = git(dir, ["rev-parse", "HEAD"]);
    commitTreaties(dir, ["globex"]);
    await run(ONCE, { cwd: dir });
    git(dir, ["reset", "--quiet", "--hard", base]);
    const ended = await run(ONCE, { cwd: dir });
    expect(ended.code).toBe(3);
    expect(ended.json()).toMatchObject({ outcome: "stalled", reason: "HistoryRewritten" });
  });

  test("6 when the key is not the one that the tree names", async () => {
    const dir = await trustRepository();
    const key = join(dir, ".concordat/keys/root.key");
    const ended = await run([...ONCE, "--authority-key", key], { cwd: dir });
    expect(ended.code).toBe(6);
    expect(ended.json()).toMatchObject({ outcome: "stalled", reason: "KeyMismatch" });
  });
});

test("--now without a daemon says so", async () => {
  const dir = await trustRepository();
  const ended = await run(["reconcile", "--now", "--json"], { cwd: dir });
  expect(ended.code).toBe(1);
  expect(ended.json()).toMatchObject({ error: { code: "no_controller" } });
});

test.each([[[]], [["--once", "--now"]]])("exactly one of --once and --now: %j", async (flags) => {
  const ended = await run(["reconcile", ...flags, "--json"]);
  expect(ended.code).toBe(64);
  expect(ended.json()).toMatchObject({ error: { code: "usage" } });
});
