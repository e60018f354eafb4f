import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type GitObject, ObjectReader } from "../../../src/git/object-reader.js";
import { Child } from "../../helpers/child.js";
import { commitFiles, git, repositoryWith } from "../../helpers/git.js";

function readerOf(dir: string): ObjectReader {
  const reader = new ObjectReader(join(dir, ".git"));
  onTestFinished(() => reader.close());
  return reader;
}

/** The git processes that read from this repository. */
function readersAt(dir: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, "utf8").includes(`${dir}/.git\0cat-file`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function text(object: GitObject | null | undefined): string | null {
  return object === null || object === undefined ? null : Buffer.from(object.bytes).toString();
}

test("answers in order, and tells what is not there", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n", "b.yaml": "", "c.yaml": "x".repeat(300_000) });
  const reader = readerOf(dir);
  const names = ["a", "none", "b", "c", "a"].map((name) => `HEAD:${name}.yaml`);
  const objects = await reader.read([...names, "HEAD^{commit}", "", "-h", "0".repeat(40)]);
  expect(objects.slice(0, 5).map(text)).toEqual([
    "a: 1\n",
    null,
    "",
    "x".repeat(300_000),
    "a: 1\n",
  ]);
  expect(objects[5]).toMatchObject({ type: "commit", id: git(dir, ["rev-parse", "HEAD"]) });
  expect(objects.slice(6)).toEqual([null, null, null]);
  expect(await reader.read([])).toEqual([]);
});

test("answers questions that come at once, each with its own", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n", "b.yaml": "b: 1\n" });
  const reader = readerOf(dir);
  const names = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? "a" : "b"));
  const answers = await Promise.all(names.map((name) => reader.read([`HEAD:${name}.yaml`])));
  expect(answers.map(([object]) => text(object))).toEqual(names.map((name) => `${name}: 1\n`));
});

test("sees new commits, new packs and refs that moved", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  const reader = readerOf(dir);
  for (let n = 2; n < 6; n += 1) {
    commitFiles(dir, { "a.yaml": `a: ${n}\n` });
    if (n % 2 === 0) git(dir, ["gc", "--quiet", "--prune=now"]);
    const [object] = await reader.read(["main:a.yaml"]);
    expect(text(object)).toBe(`a: ${n}\n`);
  }
});

test("reads no replacement", async () => {
  const dir = repositoryWith({ "a.yaml": "state: revoked\n" });
  const reviewed = git(dir, ["rev-parse", "HEAD"]);
  git(dir, ["replace", reviewed, commitFiles(dir, { "a.yaml": "state: active\n" })]);
  const [object] = await readerOf(dir).read([`${reviewed}:a.yaml`]);
  expect(text(object)).toBe("state: revoked\n");
});

test.skipIf(!existsSync("/proc/self/cmdline"))(
  "keeps one git, and starts another one",
  async () => {
    const dir = repositoryWith({ "a.yaml": "a: 1\n" });
    const reader = readerOf(dir);
    await reader.read(["HEAD"]);
    await reader.read(["HEAD"]);
    const [first = 0, ...others] = readersAt(dir);
    expect(others).toEqual([]);
    process.kill(first, "SIGKILL");
    // It may be asked before anyone knows of the death.
    await reader.read(["HEAD"]).catch(() => null);
    expect(text((await reader.read(["HEAD:a.yaml"]))[0])).toBe("a: 1\n");
    reader.close();
    while (readersAt(dir).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  },
);

test("fails where no repository is", async () => {
  const dir = repositoryWith({});
  rmSync(join(dir, ".git", "HEAD"));
  await expect(readerOf(dir).read(["HEAD"])).rejects.toMatchObject({ code: "git_failed" });
  rmSync(join(dir, ".git"), { recursive: true });
  await expect(readerOf(dir).read(["HEAD"])).rejects.toMatchObject({ code: "git_failed" });
});

test("does not keep the process from ending", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  const child = new Child(`
    import { openSource } from "./src/git/source.ts";
    const source = await openSource({ repo: ${JSON.stringify(dir)}, ref: null, mirror: "/nowhere" });
    console.log((await source.head()).commit);
  `);
  expect(await child.ends()).toBe(0);
});
