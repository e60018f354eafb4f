import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { watchRefs } from "../../../src/git/watch.js";
import {
  commitFiles,
  git,
  repositoryWith,
  temporaryFolder,
  writeFiles,
} from "../../helpers/git.js";

/** Watches, and returns a function that waits for the next change and says how many there were so far. */
async function watching(dir: string): Promise<() => Promise<number>> {
  let changes = 0;
  let changed = Promise.withResolvers<void>();
  const stop = await watchRefs(dir, () => {
    changes += 1;
    changed.resolve();
  });
  onTestFinished(stop);
  return async () => {
    await changed.promise;
    changed = Promise.withResolvers<void>();
    return changes;
  };
}

test.each([
  ["a commit", (dir: string) => commitFiles(dir, { "a.yaml": "a: 2\n" })],
  ["a branch in a new folder", (dir: string) => git(dir, ["branch", "feature/x"])],
  ["packed refs", (dir: string) => git(dir, ["pack-refs", "--all"])],
  ["another branch checked out", (dir: string) => git(dir, ["checkout", "--quiet", "side"])],
])("tells of %s", async (_, change) => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  git(dir, ["branch", "side"]);
  const next = await watching(dir);
  change(dir);
  expect(await next()).toBeGreaterThan(0);
});

test("tells of a push into a bare repository", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  const bare = temporaryFolder();
  git(dir, ["clone", "--quiet", "--bare", dir, bare]);
  const next = await watching(bare);
  commitFiles(dir, { "a.yaml": "a: 2\n" });
  git(dir, ["push", "--quiet", bare, "main"]);
  expect(await next()).toBeGreaterThan(0);
});

test("tells neither of the work tree, nor of anything once stopped", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  let changes = 0;
  const stop = await watchRefs(dir, () => {
    changes += 1;
  });
  writeFiles(dir, { "a.yaml": "a: 2\n", "b.yaml": "" });
  // Long enough for a watched file to be told of; too short only lets a fault pass.
  await setTimeout(300);
  await stop();
  const next = await watching(dir);
  commitFiles(dir, { "a.yaml": "a: 3\n" });
  await next();
  expect(changes).toBe(0);
});

test("refuses a folder that is no repository", async () => {
  await expect(watchRefs(temporaryFolder(), () => {})).rejects.toMatchObject({
    code: "not_a_repository",
  });
});
