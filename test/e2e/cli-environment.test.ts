import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { run, trustRepository } from "../helpers/cli.js";
import { git, temporaryFolder } from "../helpers/git.js";

async function errorOf(
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | null; error: unknown }> {
  const ended = await run([...args, "--json"], { cwd });
  return {
    code: ended.code,
    error: Reflect.get(Object(Reflect.get(Object(ended.json()), "error")), "code"),
  };
}

describe("a source that cannot be planned from", () => {
  test("no repository", async () => {
    expect(await errorOf(["plan"], temporaryFolder())).toEqual({
      code: 1,
      error: "not_a_repository",
    });
  });

  test("a repository without a commit", async () => {
    const dir = temporaryFolder();
    git(dir, ["init", "--quiet"]);
    expect(await errorOf(["plan"], dir)).toEqual({ code: 1, error: "empty_repository" });
  });

  test("a ref that is not there", async () => {
    const dir = await trustRepository();
    expect(await errorOf(["plan", "--ref", "nowhere"], dir)).toEqual({ code: 1, error: "bad_ref" });
    expect(await errorOf(["plan", "--ref=--upload-pack=x"], dir)).toEqual({
      code: 1,
      error: "bad_ref",
    });
  });

  test("a commit that does not validate: every fault, in text and in JSON", async () => {
    const dir = await trustRepository();
    writeFileSync(join(dir, "treaties/bad.yaml"), "apiVersion: concordat/v1\nkind: Treaty\n");
    git(dir, ["add", "--all"]);
    git(dir, ["commit", "--quiet", "--message", "bad"]);
    const json = await run(["plan", "--json"], { cwd: dir });
    expect(json.code).toBe(1);
    expect(json.json()).toMatchObject({
      error: {
        code: "validation_failed",
        details: { diagnostics: [{ code: "unknown_kind", file: "treaties/bad.yaml", line: 2 }] },
      },
    });
    const text = await run(["apply", "--auto-approve"], { cwd: dir });
    expect(text.code).toBe(1);
    expect(text.stdout).toBe("");
    expect(text.stderr).toMatch(/^treaties\/bad\.yaml:2:\d+\n {2}error: /);
    expect(text.stderr).toMatch(/\n {4,}2 \| kind: Treaty\n/);
    expect(text.stderr).toContain("\nerror: ");
  });
});

describe("a state that is not ours", () => {
  const commands = [["plan"], ["status"], ["apply", "--auto-approve"], ["serve"]];

  test.each(commands)("is refused by %s when it is no database", async (...args) => {
    const dir = await trustRepository();
    writeFileSync(
      join(dir, ".concordat/na.db"),
      "this is not a database, and long enough to be read as one",
    );
    const { code, error } = await errorOf(args, dir);
    expect([code, error]).toEqual([1, "state_foreign"]);
  });

  test.each(commands)("is refused by %s when another program made it", async (...args) => {
    const dir = await trustRepository();
    const db = new Database(join(dir, ".concordat/na.db"));
    db.exec("CREATE TABLE notes (text TEXT)");
    db.close();
    expect(await errorOf(args, dir)).toEqual({ code: 1, error: "state_foreign" });
  });

  test.each(commands)("is refused by %s when a newer version made it", async (...args) => {
    const dir = await trustRepository();
    await run(["apply", "--auto-approve"], { cwd: dir });
    const db = new Database(join(dir, ".concordat/na.db"));
    db.pragma("user_version = 9999");
    db.close();
    expect(await errorOf(args, dir)).toEqual({ code: 1, error: "state_newer" });
  });
});

test("a state in a folder that is not there yet is planned against as empty, and made by apply", async () => {
  const dir = await trustRepository();
  const clone = join(temporaryFolder(), "clone");
  git(dir, ["clone", "--quiet", dir, clone]);
  const key = ["--authority-key", join(dir, ".concordat/keys/authority.key")];
  expect((await run(["plan"], { cwd: clone })).code).toBe(0);
  expect((await run(["apply", "--auto-approve", ...key], { cwd: clone })).code).toBe(0);
  expect((await run(["plan"], { cwd: clone })).stdout).toBe("No changes.\n");
});

test("a bare repository is a source too", async () => {
  const dir = await trustRepository();
  const bare = join(temporaryFolder(), "bare.git");
  git(dir, ["clone", "--quiet", "--bare", dir, bare]);
  const db = join(temporaryFolder(), "na.db");
  expect((await run(["plan", "--repo", bare, "--db", db])).code).toBe(0);
});

test("init leaves a folder that holds something alone", async () => {
  const dir = temporaryFolder();
  mkdirSync(join(dir, "trust"));
  writeFileSync(join(dir, "trust/file"), "");
  expect(await errorOf(["init", "trust", "--sovereign-id", "ACME"], dir)).toEqual({
    code: 1,
    error: "not_empty",
  });
  rmSync(join(dir, "trust/file"));
  expect((await run(["init", "trust", "--sovereign-id", "ACME"], { cwd: dir })).code).toBe(0);
});

test("keygen never writes over a key", async () => {
  const dir = temporaryFolder();
  const args = ["keygen", "--out", join(dir, "key"), "--key-id", "key-1"];
  const made = await run(args);
  expect(made.code).toBe(0);
  expect(await errorOf(args, dir)).toEqual({ code: 1, error: "key_file_exists" });
  expect(made.stdout + made.stderr).not.toMatch(/private key [A-Za-z0-9+/]{43}=/);
});

test("switches of a library leave --json one document", async () => {
  const dir = await trustRepository();
  const env = { LOG_TOKENS: "1", LOG_STREAM: "1" };
  const ended = await run(["plan", "--json"], { cwd: dir, env });
  expect(ended.json()).toMatchObject({ verdict: "ready" });
});
