import { copyFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assertDescribed, commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";

async function applied(): Promise<{ readonly dir: string; readonly db: string }> {
  const dir = await trustRepository();
  commitTreaties(dir, ["globex"]);
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
  return { dir, db: join(dir, ".concordat/na.db") };
}

test("a state that was copied back is refused for writing and for serving, and told why", async () => {
  const { dir, db } = await applied();
  copyFileSync(db, `${db}.old`);
  commitTreaties(dir, ["initech"]);
  await run(["apply", "--auto-approve"], { cwd: dir });
  copyFileSync(`${db}.old`, db);
  const refused = await run(["apply", "--auto-approve", "--json"], { cwd: dir });
  expect(refused.code).toBe(6);
  expect(refused.json()).toMatchObject({ error: { code: "log_rolled_back" } });
  const serving = await run(["serve", "--read-only", "--port", "0", "--json"], { cwd: dir });
  expect(serving.code).toBe(6);
  expect(serving.json()).toMatchObject({ error: { code: "log_rolled_back" } });
  const accept = ["audit", "escrow", "--accept", "--reason", "it was me", "--json"];
  const accepting = await run(accept, { cwd: dir });
  expect(accepting.code).toBe(6);
  expect(accepting.json()).toMatchObject({ error: { code: "log_rolled_back" } });
});

test("a lost escrow is begun anew with a reason, which the log keeps", async () => {
  const { dir, db } = await applied();
  const before = await run(["audit", "escrow", "--json"], { cwd: dir });
  assertDescribed("audit-escrow", before.stdout);
  expect(before.json()).toMatchObject({ escrow: `${db}.escrow`, accepted: false });
  rmSync(`${db}.escrow`);
  commitTreaties(dir, ["initech"]);
  const refused = await run(["apply", "--auto-approve", "--json"], { cwd: dir });
  expect(refused.code).toBe(6);
  expect(refused.json()).toMatchObject({ error: { code: "escrow_missing" } });
  const { code, stdout } = await run(
    ["audit", "escrow", "--accept", "--reason", "INC-9: disk replaced"],
    { cwd: dir },
  );
  expect(code).toBe(0);
  expect(stdout).toMatch("Begun anew.");
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
  const log = (await run(["audit", "export", "--output", "-"], { cwd: dir })).stdout;
  expect(log).toMatch("INC-9: disk replaced");
  expect((await run(["audit", "escrow", "--accept"], { cwd: dir })).code).toBe(64);
});

test("a field is erased for good, and once", async () => {
  const { dir, db } = await applied();
  const suspended = await run(["suspend", "--reason", "about customer 4711"], { cwd: dir });
  expect(suspended.code).toBe(0);
  const lines = (await run(["audit", "export", "--output", "-"], { cwd: dir })).stdout.split("\n");
  const index = lines.findIndex((line) => line.includes("customer 4711"));
  expect(index).toBeGreaterThan(0);
  const erase = ["audit", "erase", String(index), "--field", "reason", "--reason", "request 31"];
  const erased = await run([...erase, "--json"], { cwd: dir });
  assertDescribed("audit-erase", erased.stdout);
  expect(erased.json()).toMatchObject({ index, field: "reason", erased: true });
  const again = (await run([...erase, "--json"], { cwd: dir })).json();
  expect(again).toMatchObject({ erased: false });
  const log = (await run(["audit", "export", "--output", "-"], { cwd: dir })).stdout;
  expect(log).not.toMatch("customer 4711");
  expect(log).toMatch("audit_field_erased");
  await run(["resume"], { cwd: dir });
  expect(readFileSync(db).includes("customer 4711")).toBe(false);
});

test("where no state is, none is made to erase from", async () => {
  const cwd = temporaryFolder();
  const erase = ["audit", "erase", "0", "--field", "reason", "--reason", "r", "--json"];
  expect((await run(erase, { cwd })).json()).toMatchObject({ error: { code: "state_missing" } });
  expect(readdirSync(cwd)).toEqual([]);
});

test("what is public, or is not there, cannot be erased", async () => {
  const { dir } = await applied();
  const erase = async (...args: readonly string[]) =>
    await run(["audit", "erase", ...args, "--reason", "r", "--json"], { cwd: dir });
  expect((await erase("0", "--field", "nothing")).json()).toMatchObject({
    error: { code: "log_field_not_found" },
  });
  expect((await erase("999", "--field", "reason")).json()).toMatchObject({
    error: { code: "log_entry_not_found" },
  });
  expect((await erase("-1", "--field", "reason")).code).toBe(64);
});
