import { join } from "node:path";
import { expect, test } from "vitest";
import { run, trustRepository } from "../helpers/cli.js";
import { temporaryFolder, writeFiles } from "../helpers/git.js";

const SETTINGS = "concordat.config.yaml";

test("flags win over the environment, the environment over the file, the file over the default", async () => {
  const dir = await trustRepository();
  const elsewhere = temporaryFolder();
  const appliedTo = async (
    flags: readonly string[],
    env: Record<string, string>,
  ): Promise<unknown> => {
    const { code, json } = await run(["status", "--json", ...flags], { cwd: dir, env });
    return code === 0 ? Reflect.get(Object(json()), "sovereign_id") : null;
  };
  writeFiles(dir, { [SETTINGS]: `db: ${join(elsewhere, "file.db")}\n` });
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
  expect(await appliedTo([], {})).toBe("ACME");
  expect(await appliedTo([], { CONCORDAT_DB: join(elsewhere, "none.db") })).toBe(null);
  const file = join(elsewhere, "file.db");
  expect(await appliedTo(["--db", file], { CONCORDAT_DB: join(elsewhere, "none.db") })).toBe(
    "ACME",
  );
});

test("the file's paths are taken from the repository, a flag's from the working folder", async () => {
  const dir = await trustRepository();
  const cwd = temporaryFolder();
  writeFiles(dir, { [SETTINGS]: "db: .concordat/other.db\n" });
  expect((await run(["apply", "--auto-approve", "--repo", dir], { cwd })).code).toBe(0);
  expect((await run(["status", "--db", join(dir, ".concordat/other.db")], { cwd })).code).toBe(0);
  expect((await run(["status", "--repo", dir, "--db", ".concordat/other.db"], { cwd })).code).toBe(
    1,
  );
});

test("an empty variable of the environment says nothing", async () => {
  const dir = await trustRepository();
  const env = { CONCORDAT_DB: "", CONCORDAT_REPO: "", CONCORDAT_KEYS_DIR: "" };
  expect((await run(["apply", "--auto-approve"], { cwd: dir, env })).code).toBe(0);
});

test("a settings file that is not in order is an error with its place", async () => {
  const dir = await trustRepository();
  writeFiles(dir, { [SETTINGS]: "db: x\nhots: y\n" });
  const { code, json } = await run(["status", "--json"], { cwd: dir });
  expect(code).toBe(1);
  expect(json()).toMatchObject({
    error: { code: "bad_settings", message: expect.stringContaining(`${SETTINGS}:2:1: `) },
  });
});

test("a settings file that is named takes the place of the repository's own", async () => {
  const dir = await trustRepository();
  const elsewhere = temporaryFolder();
  writeFiles(dir, { [SETTINGS]: "broken: true\n" });
  writeFiles(elsewhere, { "settings.yaml": "db: na.db\n" });
  const env = { CONCORDAT_CONFIG: join(elsewhere, "settings.yaml") };
  expect((await run(["apply", "--auto-approve"], { cwd: dir, env })).code).toBe(0);
  const { code } = await run(["status", "--db", join(elsewhere, "na.db")], { cwd: elsewhere });
  expect(code).toBe(0);
  const named = ["--config", join(elsewhere, "settings.yaml")];
  expect((await run(["plan", "--detailed-exitcode", ...named], { cwd: dir })).code).toBe(0);
  expect((await run(["plan", "--detailed-exitcode"], { cwd: dir })).code).toBe(1);
  const missing = { CONCORDAT_CONFIG: join(elsewhere, "none.yaml") };
  expect((await run(["status"], { cwd: dir, env: missing })).stderr).toContain("bad_settings");
});

test("limits are settings", async () => {
  const dir = await trustRepository();
  expect((await run(["validate", dir])).code).toBe(0);
  writeFiles(dir, { [SETTINGS]: "limits: { files: 3 }\n" });
  const { code, stdout } = await run(["validate", dir]);
  expect(code).toBe(1);
  expect(stdout).toContain("code: limit");
});
