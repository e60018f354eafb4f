import { renameSync } from "node:fs";
import { expect, test } from "vitest";
import { secondsBetween } from "../../src/protocol/instant.js";
import { AppError } from "../../src/errors.js";
import { follow } from "../helpers/followed.js";
import { git } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { treatyYaml, TrustRepository } from "../helpers/trust-repository.js";

async function settled() {
  const repository = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
  const db = `${repository.dir}-state.db`;
  const followed = await follow({ dir: repository.dir, db });
  await followed.pass();
  await followed.pass();
  return { repository, followed, before: followed.snapshot };
}

test("a source that is gone keeps the last good state, and is tried again with longer pauses", async () => {
  const { repository, followed, before } = await settled();
  renameSync(repository.dir, `${repository.dir}-away`);
  const pauses: number[] = [];
  for (let i = 0; i < 4; i += 1) {
    expect(await followed.pass()).toMatchObject({ outcome: "failed", reason: "FetchFailed" });
    const { at, trigger } = followed.controller.schedule();
    pauses.push(secondsBetween(followed.clock.now(), at));
    expect(trigger).toBe("retry");
  }
  expect(pauses).toEqual([1, 2, 4, 8]);
  expect(followed.snapshot).toEqual(before);
  expect(await followed.condition("Ready")).toMatchObject({ status: "False" });
  expect(await followed.condition("Reconciling")).toMatchObject({
    status: "True",
    reason: "ProgressingWithRetry",
  });
  // Failures in a row that are alike are one entry of the history, and are told once.
  expect((await followed.status()).runs[0]).toMatchObject({ outcome: "failed", count: 4 });
  expect(followed.events.filter((event) => event.type === "refused")).toHaveLength(1);

  renameSync(`${repository.dir}-away`, repository.dir);
  expect((await followed.pass()).outcome).toBe("no_changes");
  expect(await followed.condition("Ready")).toMatchObject({ status: "True" });
  expect(followed.controller.schedule().trigger).toBe("interval");
});

test("a branch that is gone never means remove all", async () => {
  const { repository, followed, before } = await settled();
  git(repository.dir, ["switch", "--quiet", "--orphan", "empty"]);
  git(repository.dir, ["branch", "--quiet", "-D", "main"]);
  expect(await followed.pass()).toMatchObject({ outcome: "failed", reason: "SourceEmpty" });
  expect(followed.snapshot).toEqual(before);
});

test("a tree without files is refused", async () => {
  const { repository, followed, before } = await settled();
  git(repository.dir, ["rm", "-r", "--quiet", "."]);
  git(repository.dir, ["commit", "--quiet", "--message", "remove all"]);
  expect(await followed.pass()).toMatchObject({ outcome: "stalled", reason: "ValidationFailed" });
  expect(followed.snapshot).toEqual(before);
});

test("a key that cannot be read is tried again, and nothing is applied without it", async () => {
  let isThere = false;
  const key = () => {
    if (isThere) return keyOf("authority");
    throw new AppError("authority_key_missing", "the key is not there");
  };
  const followed = await follow(new TrustRepository(), { key });
  expect(await followed.pass()).toMatchObject({ outcome: "failed", reason: "KeyUnavailable" });
  expect(followed.snapshot.authority).toBeNull();
  isThere = true;
  expect(await followed.pass()).toMatchObject({ outcome: "applied" });
});

test("another key than the genesis names is refused until something changes", async () => {
  const followed = await follow(new TrustRepository(), { key: () => keyOf("somebody else") });
  expect(await followed.pass()).toMatchObject({ outcome: "stalled", reason: "KeyMismatch" });
  expect(followed.snapshot.authority).toBeNull();
  expect((await followed.pass()).outcome).toBe("unchanged");
});

test("our own feed stays young while git is away, and while it is not followed", async () => {
  const { repository, followed } = await settled();
  const sequence = (): number => followed.writer.publishedFeed()?.sequence ?? -1;
  const first = sequence();
  renameSync(repository.dir, `${repository.dir}-away`);
  followed.clock.pass(followed.ports.feedRefresh);
  expect(await followed.pass()).toMatchObject({ outcome: "failed", reason: "FetchFailed" });
  expect(sequence()).toBe(first + 1);
  await followed.controller.suspend({ by: "ana@desk", reason: "INC-7", until: null });
  followed.clock.pass(followed.ports.feedRefresh);
  expect((await followed.pass()).outcome).toBe("suspended");
  expect(sequence()).toBe(first + 2);
  expect(followed.published).toContain(followed.writer.generation());
});

test("a fetch that is given up because the controller stops is no failure", async () => {
  const { repository, followed } = await settled();
  const before = await followed.status();
  const told = followed.events.length;
  renameSync(repository.dir, `${repository.dir}-away`);
  const pass = followed.pass();
  followed.controller.stop();
  expect((await pass).outcome).toBe("failed");
  const { conditions, runs } = await followed.status();
  expect({ conditions, runs }).toEqual({ conditions: before.conditions, runs: before.runs });
  const types = followed.events.slice(told).map(({ type }) => type);
  expect(types).not.toContain("condition");
  expect(types).not.toContain("refused");
});
