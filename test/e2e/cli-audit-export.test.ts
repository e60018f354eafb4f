import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";

test("exports lines or an array, filtered by type and time", async () => {
  const dir = await trustRepository();
  commitTreaties(dir, ["globex", "initech"]);
  await run(["apply", "--auto-approve"], { cwd: dir });
  const out = temporaryFolder();
  const exported = async (...flags: readonly string[]): Promise<string> => {
    const args = [
      "audit",
      "export",
      "--db-path",
      join(dir, ".concordat/na.db"),
      "--output",
      join(out, "log"),
    ];
    const ended = await run([...args, ...flags]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    return readFileSync(join(out, "log"), "utf8");
  };
  const all = (await exported()).trimEnd().split("\n");
  const types = all.map((line): unknown => Reflect.get(Object(JSON.parse(line)), "event_type"));
  expect(types.filter((type) => type === "recognition_treaty_issued")).toHaveLength(2);
  expect(types).toContain("plan_applied");
  const issued = await exported("--event-type", "recognition_treaty_issued");
  expect(issued.trimEnd().split("\n")).toHaveLength(2);
  expect(JSON.parse(await exported("--format", "json"))).toHaveLength(all.length);
  expect(await exported("--until", "2020-01-01T00:00:00Z")).toBe("");
  expect(JSON.parse(await exported("--since", "2999-01-01T00:00:00Z", "--format", "json"))).toEqual(
    [],
  );
  expect(existsSync(join(out, "log.partial"))).toBe(false);
});

test("goes to stdout with -, which --json cannot share", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const { code, stdout } = await run(["audit", "export", "--output", "-"], { cwd: dir });
  expect(code).toBe(0);
  for (const line of stdout.trimEnd().split("\n"))
    expect(JSON.parse(line)).toHaveProperty("event_id");
  expect((await run(["audit", "export", "--output", "-", "--json"], { cwd: dir })).code).toBe(64);
});

test("nothing is written when there is no state, or no folder to write to", async () => {
  const dir = await trustRepository();
  const out = join(temporaryFolder(), "log");
  const missing = await run(["audit", "export", "--output", out, "--json"], { cwd: dir });
  expect(missing.json()).toMatchObject({ error: { code: "state_missing" } });
  expect(existsSync(out)).toBe(false);
  await run(["apply", "--auto-approve"], { cwd: dir });
  const nowhere = await run(["audit", "export", "--output", join(out, "x"), "--json"], {
    cwd: dir,
  });
  expect(nowhere.code).toBe(1);
  expect(nowhere.json()).toMatchObject({ error: { code: "unwritable_file" } });
});

test("what is to be redacted stays hidden, spaces or not, and a name of nothing is refused", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const exported = async (redact: string) =>
    await run(["audit", "export", "--output", "-", "--proofs", "--redact", redact], { cwd: dir });
  expect((await exported("state")).stdout).toContain('"public_key":{"salt"');
  expect((await exported("state, public_key")).stdout).not.toContain('"public_key":{"salt"');
  // What stands in the entry itself, and what nothing is called, cannot be hidden: that must be noticed.
  expect((await exported("public_key,key_id,raeson")).stderr).toBe(
    ["key_id", "raeson"]
      .map((name) => `note: --redact ${name} hid nothing: no entry commits to such a field\n`)
      .join(""),
  );
  for (const redact of ["Reason", "reason,", "all,reason", ""]) {
    const { code, stdout } = await exported(redact);
    expect([redact, code, stdout]).toEqual([redact, 64, ""]);
  }
});
