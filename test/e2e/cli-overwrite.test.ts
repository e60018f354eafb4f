import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run, trustRepository } from "../helpers/cli.js";

const PLAN = ["plan", "--out"];
const EXPORT = ["audit", "export", "--output"];

describe.each([[PLAN], [EXPORT]])("%j", (command) => {
  test.each([[".concordat/na.db"], [".concordat/keys/root.key"], ["authority.yaml"]])(
    "leaves %s as it is",
    async (path) => {
      const dir = await trustRepository();
      await run(["apply", "--auto-approve"], { cwd: dir });
      const before = readFileSync(join(dir, path));
      const { code, json } = await run([...command, path, "--json"], { cwd: dir });
      expect(code).toBe(1);
      expect(json()).toMatchObject({ error: { code: "file_exists" } });
      expect(readFileSync(join(dir, path))).toEqual(before);
    },
  );

  test("replaces what it has written", async () => {
    const dir = await trustRepository();
    await run(["apply", "--auto-approve"], { cwd: dir });
    for (let time = 0; time < 2; time += 1) {
      expect((await run([...command, ".concordat/out.file"], { cwd: dir })).code).toBe(0);
    }
  });

  test("writes to a device", async () => {
    const dir = await trustRepository();
    await run(["apply", "--auto-approve"], { cwd: dir });
    expect((await run([...command, "/dev/null"], { cwd: dir })).code).toBe(0);
  });
});

test("a document in JSON is no plan", async () => {
  const dir = await trustRepository();
  expect((await run([...PLAN, "genesis.json"], { cwd: dir })).code).toBe(1);
});

test("an export without events leaves a file that the next one replaces", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const file = join(dir, ".concordat/empty");
  writeFileSync(file, "");
  expect((await run([...EXPORT, file], { cwd: dir })).code).toBe(0);
  expect(readFileSync(file, "utf8")).toMatch(/^\{/);
});
