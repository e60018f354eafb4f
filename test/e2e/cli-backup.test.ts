/** `concordat backup`, `backup verify` and `backup list`, as people run them. */
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assertDescribed, commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";

async function applied(): Promise<string> {
  const dir = await trustRepository();
  commitTreaties(dir, ["globex", "initech"]);
  const { code, stderr } = await run(["apply", "--auto-approve"], { cwd: dir });
  expect(code, stderr).toBe(0);
  return dir;
}

test("a backup is made, listed and verified", async () => {
  const dir = await applied();
  const folder = temporaryFolder();
  const output = join(folder, "na.db");
  const made = await run(["backup", "--output", output, "--json"], { cwd: dir });
  expect(made).toMatchObject({ code: 0, stderr: "" });
  assertDescribed("backup", made.stdout);
  expect(made.json()).toMatchObject({
    output,
    backup: { counts: { treaties: 2 }, manifest: { sovereign_id: "ACME" } },
  });
  expect(statSync(output).mode & 0o777).toBe(0o600);

  const verified = await run(["backup", "verify", output, "--json"], { cwd: dir });
  expect(verified).toMatchObject({ code: 0, stderr: "" });
  assertDescribed("backup-verify", verified.stdout);
  expect(verified.json()).toMatchObject({ key_from: "state", counts: { treaties: 2 } });

  const listed = await run(["backup", "list", "--dir", folder, "--json"], { cwd: dir });
  assertDescribed("backup-list", listed.stdout);
  expect(listed.json()).toMatchObject({ backups: [{ name: "na.db" }], unsound: [] });

  for (const args of [
    ["verify", output],
    ["list", "--dir", folder],
  ]) {
    const text = await run(["backup", ...args], { cwd: dir });
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toContain("na.db");
    expect(Math.max(...text.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  }
});

test("is verified elsewhere with the authority's key, and refused under another", async () => {
  const dir = await applied();
  const folder = temporaryFolder();
  const output = join(folder, "na.db");
  await run(["backup", "--output", output], { cwd: dir });
  const pub = join(dir, ".concordat/keys/authority.pub");
  const verify = ["backup", "verify", output, "--json"];
  expect((await run([...verify, "--public-key", pub])).json()).toMatchObject({ key_from: "given" });
  expect((await run(verify)).json()).toMatchObject({ key_from: "manifest" });
  const other = await run([...verify, "--public-key", keyOf("other").publicKey]);
  expect(other.code).toBe(6);
  expect(other.json()).toMatchObject({
    error: { code: "bad_backup", details: { reason: "wrong_key" } },
  });
});

test("where the state is destroyed, it asks for the key that the state had", async () => {
  const dir = await applied();
  const output = join(temporaryFolder(), "na.db");
  await run(["backup", "--output", output], { cwd: dir });
  const db = join(dir, ".concordat/na.db");
  writeFileSync(db, readFileSync(db).fill(0xa5, 0, 100));
  const refused = await run(["backup", "verify", output], { cwd: dir });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("hint: give the authority's key: --public-key FILE");
  const pub = join(dir, ".concordat/keys/authority.pub");
  const verified = await run(["backup", "verify", output, "--public-key", pub], { cwd: dir });
  expect(verified).toMatchObject({ code: 0, stderr: "" });
});

test("one that was altered is refused with 6, and listed by its manifest", async () => {
  const dir = await applied();
  const output = join(temporaryFolder(), "na.db");
  await run(["backup", "--output", output], { cwd: dir });
  const bytes = readFileSync(output);
  bytes.writeUInt8((bytes[5000] ?? 0) ^ 1, 5000);
  writeFileSync(output, bytes);
  const altered = await run(["backup", "verify", output, "--json"], { cwd: dir });
  expect(altered.code).toBe(6);
  expect(altered.json()).toMatchObject({
    error: { code: "bad_backup", details: { reason: "digest" } },
  });
  const listed = await run(["backup", "list", "--dir", join(output, ".."), "--json"], { cwd: dir });
  expect(listed.json()).toMatchObject({ backups: [{ name: "na.db" }] });
});

test("the schedule makes one when it is due, and keeps as many as it should", async () => {
  const dir = await applied();
  const folder = temporaryFolder();
  const config = join(folder, "settings.yaml");
  writeFileSync(config, "backup: { dir: ., every: 1m, keep: 1, keepMonthly: 0 }\n");
  const schedule = ["backup", "--schedule", "--config", config, "--json"];
  const first = await run(schedule, { cwd: dir });
  expect(first).toMatchObject({ code: 0, stderr: "" });
  assertDescribed("backup", first.stdout);
  const again = await run(schedule, { cwd: dir });
  assertDescribed("backup", again.stdout);
  expect(again.json()).toMatchObject({ output: null, backup: null });
  const names = readdirSync(folder).filter((name) => name.endsWith(".db"));
  expect(names).toEqual([expect.stringMatching(/^concordat-ACME-\d{8}T\d{6}Z\.db$/)]);
});

test("says what is missing", async () => {
  const dir = await trustRepository();
  const output = join(temporaryFolder(), "na.db");
  const backup = async (...flags: readonly string[]): Promise<unknown> =>
    (await run(["backup", ...flags, "--json"], { cwd: dir })).json();
  expect(await backup()).toMatchObject({ error: { code: "usage" } });
  expect(await backup("--output", output)).toMatchObject({ error: { code: "state_missing" } });
  expect(await backup("--schedule")).toMatchObject({ error: { code: "bad_settings" } });
  expect(await backup("list")).toMatchObject({ error: { code: "usage" } });
  expect(await backup("verify", output)).toMatchObject({ error: { code: "bad_backup" } });
  await run(["apply", "--auto-approve"], { cwd: dir });
  copyFileSync(join(dir, "genesis.json"), output);
  expect(await backup("--output", output, "--force")).toMatchObject({
    error: { code: "file_exists" },
  });
});
