/** A state on a file system that is mounted read-only: whoever writes says why not, and whoever reads reads. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { filesBeside } from "../helpers/state.js";
import { Service } from "../helpers/service.js";

/** Whether it could be done; undone with the test. */
function mountReadOnly(folder: string): boolean {
  const mount = (...args: string[]): boolean => spawnSync("mount", args).status === 0;
  if (!mount("--bind", folder, folder)) return false;
  onTestFinished(() => void spawnSync("umount", ["--lazy", folder]));
  return mount("-o", "remount,bind,ro", folder);
}

test("is read and served there, and never written", async ({ skip }) => {
  const dir = await trustRepository();
  commitTreaties(dir, ["globex"]);
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
  const folder = join(dir, ".concordat");
  const before = filesBeside(join(folder, "na.db"));
  if (!mountReadOnly(folder)) skip("this user may mount nothing");
  for (const reading of [
    ["plan"],
    ["status"],
    ["audit", "verify"],
    ["audit", "export", "--output", "-"],
  ]) {
    const ended = await run(reading, { cwd: dir });
    expect(ended.code, `${reading.join(" ")}: ${ended.stderr}`).toBe(0);
  }
  const service = await Service.start(["--repo", dir, "--read-only"]);
  expect((await service.get("/connectome.json")).json).toMatchObject({
    recognition_edges: [{ from: "ACME", to: "GLOBEX" }],
  });
  expect(await service.stop()).toBe(0);
  commitTreaties(dir, ["initech"]);
  const message = `${folder} is on a file system that is mounted read-only`;
  for (const writing of [
    ["apply", "--auto-approve"],
    ["serve", "--port", "0"],
  ]) {
    const ended = await run([...writing, "--json"], { cwd: dir });
    expect(ended.code).toBe(1);
    expect(ended.json()).toMatchObject({ error: { code: "state_unreadable", message } });
  }
  expect(filesBeside(join(folder, "na.db"))).toEqual(before);
});
