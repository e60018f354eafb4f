import { join } from "node:path";
import { expect, test } from "vitest";
import { openState } from "../../src/state/open.js";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { git } from "../helpers/git.js";
import { Service } from "../helpers/service.js";

const DAILY = { env: { CONCORDAT_INTERVAL: "1d" } };
const REASON = "INC-7: looking at the last merge";

function audited(dir: string, type: string): readonly unknown[] {
  const reader = openState(join(dir, ".concordat/na.db"));
  try {
    return [...reader.auditEvents({ type })].map(({ details }) => details);
  } finally {
    reader.close();
  }
}

test("a daemon that is suspended applies nothing until it is resumed", async () => {
  const dir = await trustRepository();
  const before = git(dir, ["rev-parse", "HEAD"]);
  const service = await Service.start(["--repo", dir], DAILY);
  await service.settles(before);
  const suspended = await run(["suspend", "--reason", REASON, "--for", "2h", "--json"], {
    cwd: dir,
  });
  expect(suspended).toMatchObject({ code: 0, stderr: "" });
  expect(suspended.json()).toMatchObject({ suspension: { reason: REASON } });
  expect((await service.status()).suspension).toMatchObject({ reason: REASON });

  const commit = commitTreaties(dir, ["globex"]);
  const now = await run(["reconcile", "--now"], { cwd: dir });
  expect(now).toMatchObject({ code: 3, stderr: "" });
  expect(now.stdout).toContain("SUSPENDED");
  expect(await service.status()).toMatchObject({ applied_commit: before });
  expect(await service.condition("Suspended")).toMatchObject({ status: "True" });
  expect((await service.get("/readyz")).status).toBe(200);

  const resumed = await run(["resume", "--reason", "it was fine"], { cwd: dir });
  expect(resumed).toMatchObject({ code: 0, stderr: "" });
  expect(resumed.stdout).toMatch(/^FOLLOWING GIT {2}READY/);
  await service.settles(commit);
  expect(audited(dir, "reconcile_suspended")).toMatchObject([
    { reason: REASON, by: expect.stringContaining("@"), until: expect.any(String) },
  ]);
  expect(audited(dir, "reconcile_resumed")).toMatchObject([
    { reason: "it was fine", expired: false },
  ]);
});

test("a suspension that is over lets the daemon go on by itself", async () => {
  const dir = await trustRepository();
  const service = await Service.start(["--repo", dir], DAILY);
  await service.settles(git(dir, ["rev-parse", "HEAD"]));
  expect((await run(["suspend", "--reason", REASON, "--for", "2s"], { cwd: dir })).code).toBe(0);
  const commit = commitTreaties(dir, ["globex"]);
  await service.settles(commit);
  expect(audited(dir, "reconcile_resumed")).toMatchObject([{ expired: true }]);
});

test("without a daemon the state itself is told, and whoever comes next obeys", async () => {
  const dir = await trustRepository();
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
  const suspended = await run(["suspend", "--reason", REASON], { cwd: dir });
  expect(suspended).toMatchObject({ code: 0, stderr: "" });
  expect(suspended.stdout).toMatch(/^SUSPENDED {2}until concordat resume, by /);
  const commit = commitTreaties(dir, ["globex"]);
  expect((await run(["reconcile", "--once"], { cwd: dir })).code).toBe(3);

  const service = await Service.start(["--repo", dir], DAILY);
  await service.becomes("Suspended", "True");
  expect((await service.get("/connectome.json")).json).toMatchObject({ recognition_edges: [] });
  expect(await service.stop()).toBe(0);

  const resumed = await run(["resume", "--json"], { cwd: dir });
  expect(resumed).toMatchObject({ code: 0, stderr: "" });
  expect(resumed.json()).toMatchObject({ suspension: null, applied_commit: commit });
});

test.each([
  ["no reason", ["suspend"]],
  ["an empty reason", ["suspend", "--reason", " "]],
  ["a duration that is none", ["suspend", "--reason", "x", "--for", "soon"]],
  ["history accepted without a reason", ["resume", "--accept-history"]],
] as const)("%s is a usage error", async (_name, args) => {
  const dir = await trustRepository();
  const ended = await run([...args, "--json"], { cwd: dir });
  expect(ended.code).toBe(64);
  expect(ended.json()).toMatchObject({ error: { code: "usage" } });
});
