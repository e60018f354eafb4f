import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { isAncestor } from "../../../src/git/ancestry.js";
import { openSource, type Source } from "../../../src/git/source.js";
import {
  commitFiles,
  git,
  repositoryWith,
  temporaryFolder,
  writeFiles,
} from "../../helpers/git.js";

function pathSource(repo: string, ref: string | null = null): Promise<Source> {
  return openSource({ repo, ref, mirror: "/nowhere" });
}

/** The commands of all git processes from here on. */
function countingGit(): () => readonly string[] {
  const tools = temporaryFolder();
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  writeFiles(tools, {
    git: `#!/bin/sh\necho "$*" >> ${tools}/log\nexec ${real} "$@"\n`,
    log: "",
  });
  chmodSync(join(tools, "git"), 0o755);
  vi.stubEnv("PATH", `${tools}:${process.env["PATH"]}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return () => readFileSync(join(tools, "log"), "utf8").split("\n").slice(0, -1);
}

test("a path gives its newest commit, files and contents", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  const source = await pathSource(dir);
  expect(source).toMatchObject({ display: dir, isRemote: false });
  const first = await source.head();
  expect(first).toEqual({
    commit: git(dir, ["rev-parse", "HEAD"]),
    tree: git(dir, ["rev-parse", "HEAD^{tree}"]),
    ref: "main",
  });
  const second = commitFiles(dir, { "a.yaml": "a: 2\n" });
  const head = await source.head();
  expect(head.commit).toBe(second);
  const [file] = await source.files(head.tree);
  const blobs = await source.read([file?.blob ?? ""]);
  expect(Buffer.from(blobs.get(file?.blob ?? "") ?? []).toString()).toBe("a: 2\n");
  expect(await source.isAncestor(first.commit, second)).toBe(true);
  expect(await source.isAncestor(second, first.commit)).toBe(false);
  await source.stop();
});

test("a path that stays where it is costs no process", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  for (const ref of [null, "main"]) {
    const source = await pathSource(dir, ref);
    await source.head();
    const commit = commitFiles(dir, { "a.yaml": `for: ${ref}\n` });
    const commands = countingGit();
    expect((await source.head()).commit).toBe(commit);
    expect((await source.head()).commit).toBe(commit);
    expect(commands()).toEqual([]);
    vi.unstubAllEnvs();
  }
});

test("to see that a commit follows the last one costs no process", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  const source = await pathSource(dir);
  const first = (await source.head()).commit;
  const second = commitFiles(dir, { "a.yaml": "a: 2\n" });
  const third = commitFiles(dir, { "a.yaml": "a: 3\n" });
  const names = `parent ${first}\n`;
  const foreign = git(dir, ["commit-tree", "-m", names, `${first}^{tree}`]);
  const merge = git(dir, ["commit-tree", "-p", foreign, "-p", third, "-m", "x", `${third}^{tree}`]);
  const commands = countingGit();
  expect(await source.isAncestor(first, second)).toBe(true);
  expect(await source.isAncestor(third, merge)).toBe(true);
  expect(commands()).toEqual([]);
  expect(await source.isAncestor(first, third)).toBe(true);
  expect(await source.isAncestor(first, foreign)).toBe(false);
  await source.stop();
});

test("a path without a ref follows what is checked out", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  const [source, fixed] = [await pathSource(dir), await pathSource(dir, "main")];
  const { commit } = await source.head();
  await fixed.head();
  git(dir, ["checkout", "--quiet", "-b", "release/1"]);
  const other = commitFiles(dir, { "a.yaml": "a: 2\n" });
  expect(await source.head()).toMatchObject({ commit: other, ref: "release/1" });
  expect(await fixed.head()).toMatchObject({ commit, ref: "main" });
  git(dir, ["checkout", "--quiet", "--detach", commit]);
  expect(await source.head()).toMatchObject({ commit, ref: "HEAD" });
  git(dir, ["tag", "orphan"]);
  git(dir, ["checkout", "--quiet", "--orphan", "orphan"]);
  await expect(source.head()).rejects.toMatchObject({ code: "empty_repository" });
});

test("a path sees new packs, and a linked work tree its own branch", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  const linked = join(temporaryFolder(), "linked");
  git(dir, ["worktree", "add", "--quiet", "-b", "side", linked]);
  const source = await pathSource(linked);
  expect((await source.head()).ref).toBe("side");
  const commit = commitFiles(linked, { "a.yaml": "a: 2\n" });
  git(dir, ["gc", "--quiet"]);
  expect((await source.head()).commit).toBe(commit);
});

test("a path is found anew when another repository takes its place", async () => {
  const [one, two] = [
    repositoryWith({ "a.yaml": "a: 1\n" }),
    repositoryWith({ "b.yaml": "b: 1\n" }),
  ];
  const parent = temporaryFolder();
  const link = join(parent, "current");
  symlinkSync(one, link);
  const source = await pathSource(link);
  expect((await source.head()).commit).toBe(git(one, ["rev-parse", "HEAD"]));
  symlinkSync(two, join(parent, "next"));
  renameSync(join(parent, "next"), link);
  const second = await source.head();
  expect(second.commit).toBe(git(two, ["rev-parse", "HEAD"]));
  expect((await source.files(second.tree)).map((file) => file.path)).toEqual(["b.yaml"]);

  rmSync(link);
  await expect(source.head()).rejects.toMatchObject({ code: "not_a_repository" });
  git(one, ["clone", "--quiet", "--bare", one, link]);
  expect((await source.head()).commit).toBe(git(one, ["rev-parse", "HEAD"]));
  rmSync(join(link, "HEAD"));
  await expect(source.head()).rejects.toMatchObject({ code: "not_a_repository" });
});

test("a path tells when its refs move", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  const changed = Promise.withResolvers<void>();
  const close = await (await pathSource(dir)).watch(changed.resolve);
  commitFiles(dir, { "a.yaml": "a: 2\n" });
  await expect(changed.promise).resolves.toBeUndefined();
  await close();
});

test.each([
  ["--upload-pack=touch x", null, "bad_remote"],
  ["ext::sh -c id", null, "transport_not_allowed"],
  ["http://localhost/a", null, "transport_not_allowed"],
  ["https://user:hunter2@localhost/a", null, "bad_remote"],
  ["https://localhost/a%0a", null, "bad_remote"],
  ["https://localhost/a", "-u", "bad_ref"],
  ["https://localhost/a", "refs/replace/x", "bad_ref"],
])("refuses %s at %s without a process", async (repo, ref, code) => {
  const commands = countingGit();
  await expect(openSource({ repo, ref, mirror: "/nowhere" })).rejects.toMatchObject({ code });
  expect(commands()).toEqual([]);
});

test("ancestry is what the objects say, whatever lies beside them", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  const trusted = commitFiles(dir, { "a.yaml": "a: 2\n" });
  git(dir, ["checkout", "--quiet", "--orphan", "other"]);
  const foreign = commitFiles(dir, { "a.yaml": "a: 3\n" });
  const gitDir = join(dir, ".git");
  expect(await isAncestor(gitDir, trusted, foreign)).toBe(false);
  writeFileSync(join(gitDir, "info/grafts"), `${foreign} ${trusted}\n`);
  const forged = git(dir, ["commit-tree", "-p", trusted, "-m", "x", `${trusted}^{tree}`]);
  git(dir, ["update-ref", `refs/replace/${foreign}`, forged]);
  git(dir, ["merge-base", "--is-ancestor", trusted, foreign]);
  expect(await isAncestor(gitDir, trusted, foreign)).toBe(false);

  git(dir, ["update-ref", "-d", `refs/replace/${foreign}`]);
  rmSync(join(gitDir, "info/grafts"));
  const child = git(dir, ["commit-tree", "-p", trusted, "-m", "y", `${trusted}^{tree}`]);
  expect(await isAncestor(gitDir, trusted, child)).toBe(true);
  await expect(isAncestor(gitDir, trusted, "1".repeat(40))).rejects.toMatchObject({
    code: "git_failed",
  });
  expect(await isAncestor(gitDir, "1".repeat(40), child)).toBe(false);
  expect(await isAncestor(gitDir, git(dir, ["rev-parse", `${trusted}^{tree}`]), child)).toBe(false);
  await expect(isAncestor(gitDir, "-h", child)).rejects.toMatchObject({ code: "bad_ref" });
});
