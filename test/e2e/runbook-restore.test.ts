import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitTreaties, run, trustRepository, revocationOf } from "../helpers/cli.js";
import { commitFiles } from "../helpers/git.js";
import { follow, pageOf } from "../helpers/runbook.js";

const page = pageOf("restore.md");

test("the page's commands restore, prove and apply; its undo goes back to the state before", async () => {
  const dir = await trustRepository();
  writeFileSync(join(dir, ".git/info/exclude"), "backups/\n");
  const at = async (...args: string[]) => {
    const ended = await run(args, { cwd: dir });
    expect(ended.code, ended.stderr).toBe(0);
    return ended;
  };
  commitTreaties(dir, ["globex"]);
  await at("apply", "--auto-approve");
  mkdirSync(join(dir, "backups"));
  await at("backup", "--output", "backups/na.db");
  commitFiles(dir, { "revocations/globex.yaml": revocationOf("globex") });
  await at("apply", "--auto-approve");
  commitTreaties(dir, ["initech"]);
  await at("apply", "--auto-approve");
  const { code, output } = await follow(dir, page, [...page.commands.keys()]);
  expect(code, output).toBe(0);
  expect(output.match(/^RESTORED AND HEALTHY/gm), output).toHaveLength(2);
  const treaty = await run(["explain", "treaty/with-globex", "--json"], { cwd: dir });
  expect(treaty.json()).toMatchObject({ standing: { state: "revoked" } });
});

test("the page's commands bring back a state that is gone", async () => {
  const dir = await trustRepository();
  writeFileSync(join(dir, ".git/info/exclude"), "backups/\n");
  commitTreaties(dir, ["globex"]);
  await run(["apply", "--auto-approve"], { cwd: dir });
  mkdirSync(join(dir, "backups"));
  await run(["backup", "--output", "backups/na.db"], { cwd: dir });
  rmSync(join(dir, ".concordat/na.db"));
  const { code, output } = await follow(dir, page, [
    "The first five minutes",
    "Restore",
    "Prove it",
  ]);
  expect(code, output).toBe(0);
  expect(output).toMatch(/^RESTORED AND HEALTHY/m);
});
