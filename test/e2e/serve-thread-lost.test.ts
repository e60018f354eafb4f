import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, trustRepository } from "../helpers/cli.js";
import { git, temporaryFolder } from "../helpers/git.js";
import { Service } from "../helpers/service.js";

/** A service whose controller's thread does this as soon as the file `now` is there. */
async function doomed(
  what: string,
): Promise<{ service: Service; dir: string; strike: () => void }> {
  const dir = await trustRepository();
  const folder = temporaryFolder();
  const now = join(folder, "now");
  const preload = join(folder, "preload.cjs");
  writeFileSync(
    preload,
    `if (!require("node:worker_threads").isMainThread) setInterval(() => {
      if (require("node:fs").existsSync(${JSON.stringify(now)})) ${what};
    }, 20);`,
  );
  const service = await Service.start(["--repo", dir], { node: ["--require", preload] });
  await service.settles(git(dir, ["rev-parse", "HEAD"]));
  return { service, dir, strike: () => writeFileSync(now, "") };
}

test.each([
  ["throws", "throw new Error('boom')", 70],
  ["exits, though it says with 0", "process.exit(0)", 1],
])("a service whose controller %s ends as failed, and gives all free", async (_, what, code) => {
  const { service, dir, strike } = await doomed(what);
  strike();
  expect(await service.ended).toBe(code);
  expect(existsSync(join(dir, ".concordat/na.db.sock"))).toBe(false);
  expect((await run(["reconcile", "--once"], { cwd: dir })).code).toBe(0);
});
