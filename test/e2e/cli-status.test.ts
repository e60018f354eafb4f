import { once } from "node:events";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { commitTreaties, run, start, trustRepository } from "../helpers/cli.js";
import { commitFiles } from "../helpers/git.js";
import { Service } from "../helpers/service.js";
import { until } from "../helpers/until.js";

function expectNarrow(text: string): void {
  // The digest of the state is one word, for copying.
  const lines = text.split("\n").filter((line) => !line.startsWith("state "));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
}

test("a state that no controller has followed", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const text = await run(["status"], { cwd: dir });
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(/^controller {5}none runs, and none has run\n/);
  const json = await run(["status", "--json"], { cwd: dir });
  expect(json.json()).toMatchObject({ controller: { running: false, status: null } });
});

test("with a daemon what it says, after it what it has left", async () => {
  const dir = await trustRepository();
  const good = commitTreaties(dir, ["globex"]);
  const service = await Service.start(["--repo", dir]);
  await service.settles(good);
  const db = new Database(join(dir, ".concordat/na.db"));
  db.exec("UPDATE recognition_treaties SET status = 'suspended'");
  db.close();
  const bad = commitFiles(dir, {
    "treaties/a-name-that-is-rather-long-for-a-file-and-makes-a-long-line.yaml": "kind: Nothing\n",
  });
  await service.becomes("Stalled", "True", "ValidationFailed");
  const text = await run(["status"], { cwd: dir });
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(/^controller {5}running/);
  expect(text.stdout).toContain(`head ${bad.slice(0, 12)}, applied ${good.slice(0, 12)}`);
  expect(text.stdout).toMatch(/^ {2}Ready +False +ValidationFailed: /m);
  expect(text.stdout).toMatch(/^ {2}Suspended +False/m);
  expectNarrow(text.stdout);
  expectNarrow((await run(["status", "--verbose"], { cwd: dir })).stdout);

  expect(await service.stop()).toBe(0);
  const after = await run(["status"], { cwd: dir });
  expect(after.stdout).toMatch(/^controller {5}NOT RUNNING; as of /);
  expect(after.stdout).toMatch(/^ {2}Ready +False +ValidationFailed: /m);
  const json = await run(["status", "--json"], { cwd: dir });
  expect(json.json()).toMatchObject({
    controller: { running: false, status: { observed_commit: bad, applied_commit: good } },
  });
});

test("--watch looks again until it is interrupted", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const child = start(["status", "--watch"], { cwd: dir });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(child, "exit");
  await until("it looks twice", () => text.split("controller ").length > 2);
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
});

test("--watch is for people, --json for programs", async () => {
  const ended = await run(["status", "--watch", "--json"]);
  expect(ended.code).toBe(64);
  expect(ended.json()).toMatchObject({ error: { code: "usage" } });
});
