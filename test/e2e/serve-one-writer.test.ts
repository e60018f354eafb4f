import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openState } from "../../src/state/open.js";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { git } from "../helpers/git.js";
import { Service } from "../helpers/service.js";

const DAILY = { env: { CONCORDAT_INTERVAL: "1d" } };

async function holding(): Promise<{ dir: string; db: string; first: Service }> {
  const dir = await trustRepository();
  const first = await Service.start(["--repo", dir], DAILY);
  await first.settles(git(dir, ["rev-parse", "HEAD"]));
  return { dir, db: join(dir, ".concordat/na.db"), first };
}

test("whoever else wants to write exits 5 and is told who writes", async () => {
  const { dir, first } = await holding();
  const held = {
    error: {
      code: "lock_held",
      message: expect.stringMatching(/^concordat serve \(process \d+ on .+\) is writing na\.db$/),
      details: { command: "concordat serve", pid: first.pid },
    },
  };
  const second = await run(["serve", "--repo", dir, "--port", "0", "--json"]);
  expect(second.code).toBe(5);
  expect(second.json()).toMatchObject(held);
  const once = await run(["reconcile", "--once", "--json"], { cwd: dir });
  expect(once.code).toBe(5);
  expect(once.json()).toMatchObject(held);
  // A branch that the daemon does not follow, so that there is something to apply.
  git(dir, ["switch", "--quiet", "--create", "side"]);
  await first.settles(commitTreaties(dir, ["globex"]));
});

test("an apply with changes exits 5, and one without says so", async () => {
  const dir = await trustRepository();
  git(dir, ["branch", "live"]);
  const service = await Service.start(["--repo", dir, "--ref", "live"], DAILY);
  await service.settles(git(dir, ["rev-parse", "live"]));
  expect(await run(["apply", "--auto-approve"], { cwd: dir })).toMatchObject({
    code: 0,
    stdout: "No changes.\n",
  });
  commitTreaties(dir, ["globex"]);
  const held = await run(["apply", "--auto-approve", "--json"], { cwd: dir });
  expect(held.code).toBe(5);
  expect(held.json()).toMatchObject({
    error: { code: "lock_held", details: { pid: service.pid } },
  });
  expect((await service.get("/connectome.json")).json).toMatchObject({ recognition_edges: [] });
});

test("a holder that is killed frees the state at once, whatever it leaves", async () => {
  const { dir, db, first } = await holding();
  await first.kill();
  for (const left of ["sock", "holder"]) expect(existsSync(`${db}.${left}`)).toBe(true);
  const commit = commitTreaties(dir, ["globex"]);
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
  const next = await Service.start(["--repo", dir], DAILY);
  await next.settles(commit);
  const status = await run(["status", "--json"], { cwd: dir });
  expect(status.json()).toMatchObject({ controller: { running: true } });
  expect(await next.stop()).toBe(0);
  for (const left of ["sock", "holder"]) expect(existsSync(`${db}.${left}`)).toBe(false);
});

test("a paused holder that wakes after a take-over writes nothing, and ends with 5", async () => {
  const { dir, db, first } = await holding();
  first.signal("SIGSTOP");
  // What an operator does who takes it for dead.
  rmSync(`${db}.lock`);
  rmSync(`${db}.sock`);
  const commit = commitTreaties(dir, ["globex"]);
  const second = await Service.start(["--repo", dir], DAILY);
  await second.settles(commit);
  const reader = openState(db);
  const taken = { digest: reader.snapshot().digest, events: [...reader.auditEvents({})].length };
  first.signal("SIGCONT");
  expect(await first.ended).toBe(5);
  expect(first.stderr).toContain("writer_fenced");
  expect(first.logged({ msg: "apply done", commit })).toEqual([]);
  expect(reader.snapshot().digest).toBe(taken.digest);
  expect([...reader.auditEvents({})]).toHaveLength(taken.events);
  reader.close();
  // The one that took over is not disturbed: it answers, and goes on writing.
  const status = await run(["status", "--json"], { cwd: dir });
  expect(status.json()).toMatchObject({ controller: { running: true } });
  await second.settles(commitTreaties(dir, ["initech"]));
});
