import { join } from "node:path";
import { expect, test } from "vitest";
import { openStateForWriting } from "../../src/state/open.js";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";

test("a second writer exits 5 and names the first; the first one gone, it goes on", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  commitTreaties(dir, ["globex"]);
  const writer = openStateForWriting(join(dir, ".concordat/na.db"), "the other program");
  const held = await run(["apply", "--auto-approve", "--json"], { cwd: dir });
  expect(held.code).toBe(5);
  expect(held.json()).toMatchObject({
    error: { code: "lock_held", details: { command: "the other program", pid: process.pid } },
  });
  writer.close();
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
});

test("a plan reads while another process writes", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const writer = openStateForWriting(join(dir, ".concordat/na.db"), "the other program");
  const plan = await run(["plan", "--json"], { cwd: dir });
  writer.close();
  expect(plan.json()).toMatchObject({ verdict: "no_changes" });
});
