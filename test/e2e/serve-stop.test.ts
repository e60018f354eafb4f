import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { git } from "../helpers/git.js";
import { Service } from "../helpers/service.js";
import { filesBeside } from "../helpers/state.js";

test("a service that was stopped leaves its state as one file", async () => {
  const dir = await trustRepository();
  const db = join(dir, ".concordat/na.db");
  const service = await Service.start(["--repo", dir]);
  await service.settles(git(dir, ["rev-parse", "HEAD"]));
  await service.settles(commitTreaties(dir, ["globex"]));
  expect(existsSync(`${db}-wal`)).toBe(true);
  expect(await service.stop()).toBe(0);
  const left = filesBeside(db).filter((name) => name.startsWith("na.db"));
  expect(left).toEqual(["na.db", "na.db.escrow", "na.db.lock"]);
  expect((await run(["status", "--json"], { cwd: dir })).json()).toMatchObject({
    treaties: { active: 1 },
  });
});
