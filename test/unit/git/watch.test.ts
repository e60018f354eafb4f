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

/** Watches, and returns a function that waits for the next change. */
async function watching(dir: string): Promise<() => Promise<void>> {
  let changed = Promise.withResolvers<void>();
  const stop = await watchRefs(dir, () => changed.resolve());
  onTestFinished(stop);
  return async () => {
    await changed.promise;
    changed = Promise.withResolvers<void>();
  };
}

test("tells of a commit, a new branch, a packed ref and another checked-out branch", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  const next = await watching(dir);
  commitFiles(dir, { "a.yaml": "a: 2\n" });
  await next();
  git(dir, ["branch", "feature/x"]);
  await next();
  git(dir, ["pack-refs", "--all"]);
  await next();
  git(dir, ["checkout", "--quiet", "feature/x"]);
  await next();
});

test("tells of a push into a bare repository", async () => {
  const dir = repositoryWith({ "a.yaml": "a: 1\n" });
  const bare = temporaryFolder();
  git(dir, ["clone", "--quiet", "--bare", dir, bare]);
  const next = await watching(bare);
  commitFiles(dir, { "a.yaml": "a: 2\n" });
  git(dir, ["push", "--quiet", bare, "main"]);
  await next();
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
