import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commitTreaties, run, treatyWith, trustRepository } from "../helpers/cli.js";
import type { Ended } from "../helpers/cli.js";
import { commitFiles, temporaryFolder, writeFiles } from "../helpers/git.js";

function field(ended: Ended, name: string): unknown {
  return Reflect.get(Object(ended.json()), name);
}

/** The stored state, byte for byte. */
function stored(dir: string): Buffer | null {
  const db = join(dir, ".concordat/na.db");
  return existsSync(db) ? readFileSync(db) : null;
}

test("a new repository is planned, applied, and then there is nothing to do", async () => {
  const dir = await trustRepository();
  const plan = await run(["plan", "--detailed-exitcode"], { cwd: dir });
  expect(plan.code).toBe(2);
  expect(plan.stdout).toMatch(/^PLAN {2}\d+ grant/);
  expect(stored(dir)).toBe(null);

  const applied = await run(["apply", "--auto-approve"], { cwd: dir });
  expect(applied).toMatchObject({ code: 0, stderr: "" });
  expect(applied.stdout).toContain("\nAPPLIED  ");

  const again = await run(["apply", "--auto-approve"], { cwd: dir });
  expect(again).toMatchObject({ code: 0, stdout: "No changes.\n", stderr: "" });
  const empty = await run(["plan", "--detailed-exitcode"], { cwd: dir });
  expect(empty).toMatchObject({ code: 0, stdout: "No changes.\n" });
});

test("a saved plan is shown and applied, and a second time does nothing", async () => {
  const dir = await trustRepository();
  await run(["plan", "--out", "change.plan"], { cwd: dir });
  const shown = await run(["show", "change.plan"], { cwd: dir });
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain("concordat apply change.plan");
  expect((await run(["apply", "change.plan", "--json"], { cwd: dir })).code).toBe(0);
  const before = stored(dir);
  const again = await run(["apply", "change.plan"], { cwd: dir });
  expect(again).toMatchObject({ code: 0, stdout: "No changes.\n", stderr: "" });
  expect(stored(dir)).toEqual(before);
});

test("what is shown ends in the command that applies it", async () => {
  const dir = await trustRepository();
  const { stdout } = await run(["plan"], { cwd: dir });
  const words = stdout
    .slice(stdout.indexOf("apply:\n") + "apply:\n".length)
    .replaceAll("\\\n", "")
    .trim()
    .split(/\s+/);
  expect(words.slice(0, 3)).toEqual(["concordat", "apply", "--expect"]);
  expect((await run(words.slice(1), { cwd: dir })).code).toBe(0);
});

describe("a plan that is not the one expected exits 4 and changes nothing", () => {
  test("another digest", async () => {
    const dir = await trustRepository();
    const digest = `sha256:${"0".repeat(64)}`;
    const { code, json } = await run(["apply", "--expect", digest, "--json"], { cwd: dir });
    expect(code).toBe(4);
    expect(json()).toMatchObject({ error: { code: "stale_plan" } });
    expect(stored(dir)).toBe(null);
  });

  test("a commit that came in between", async () => {
    const dir = await trustRepository();
    commitTreaties(dir, ["globex"]);
    const saved = join(dir, ".concordat/old.plan.json");
    await run(["plan", "--out", saved], { cwd: dir });
    commitTreaties(dir, ["initech"]);
    const { code, stderr } = await run(["apply", saved], { cwd: dir });
    expect(code).toBe(4);
    expect(stderr).toContain("code: stale_plan");
    expect(stored(dir)).toBe(null);
  });

  test("a file that was edited", async () => {
    const dir = await trustRepository();
    const file = join(dir, ".concordat/edited.plan.json");
    await run(["plan", "--out", file], { cwd: dir });
    writeFileSync(file, readFileSync(file, "utf8").replace('"risk": "widens"', '"risk": "keeps"'));
    for (const command of ["show", "apply"]) {
      const { code, json } = await run([command, file, "--json"], { cwd: dir });
      expect(code).toBe(1);
      expect(json()).toMatchObject({ error: { code: "bad_plan_file" } });
    }
    expect(stored(dir)).toBe(null);
  });
});

describe("nobody is asked where nobody can answer", () => {
  test.each([[[]], [["--json"]]])("apply %j", async (flags) => {
    const dir = await trustRepository();
    const { code, stdout, stderr } = await run(["apply", ...flags], { cwd: dir, input: "yes\n" });
    expect(code).toBe(3);
    expect(stdout + stderr).toContain("confirmation_required");
    expect(stored(dir)).toBe(null);
  });
});

test("more removals than the policy allows need their exact number", async () => {
  const dir = await trustRepository();
  const names = ["globex", "initech", "hooli", "umbrella", "soylent"];
  commitTreaties(dir, names);
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
  for (const name of names) rmSync(join(dir, `treaties/${name}.yaml`));
  commitFiles(dir, {});
  const plan = await run(["plan", "--json", "--detailed-exitcode"], { cwd: dir });
  expect(plan.code).toBe(3);
  expect(field(plan, "verdict")).toBe("refused");
  const before = stored(dir);
  const refused = await run(["apply", "--auto-approve", "--json"], { cwd: dir });
  expect(refused.code).toBe(3);
  expect(refused.json()).toMatchObject({ error: { code: "plan_refused" } });
  expect(stored(dir)).toEqual(before);
  const tooFew = await run(["apply", "--auto-approve", "--allow-removals", "4"], { cwd: dir });
  expect(tooFew.code).toBe(3);
  expect(field(await run(["plan", "--json"], { cwd: dir }), "plan_digest")).toEqual(
    field(plan, "plan_digest"),
  );
  const total = String(/--allow-removals (\d+)/.exec(refused.stdout)?.[1]);
  const allowances = ["--allow-removals", total, "--allow-lost-paths", "99"];
  const allowed = await run(["apply", "--auto-approve", ...allowances], { cwd: dir });
  expect(allowed).toMatchObject({ code: 0, stderr: "" });
  expect(allowed.stdout).toContain("APPLIED");
  expect(allowed.stdout).not.toContain("REFUSED");
});

test("where there is nothing to plan from, that is said before a key is asked for", async () => {
  const { code, json } = await run(["apply", "--auto-approve", "--json"], {
    cwd: temporaryFolder(),
  });
  expect(code).toBe(1);
  expect(json()).toMatchObject({ error: { code: "not_a_repository" } });
});

test("a file that is not committed is not planned, and that is said", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  writeFiles(dir, { "treaties/globex.yaml": treatyWith("globex") });
  const { code, stdout } = await run(["plan"], { cwd: dir });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^No changes\.\nnote: the working tree differs/);
});

test("a key that is not the authority's signs nothing", async () => {
  const dir = await trustRepository();
  const key = join(dir, ".concordat/keys/root.key");
  const { code, json } = await run(["apply", "--auto-approve", "--json", "--authority-key", key], {
    cwd: dir,
  });
  expect(code).toBe(6);
  expect(json()).toMatchObject({ error: { code: "authority_key_mismatch" } });
});

test("a key that is not there is asked for by name", async () => {
  const dir = await trustRepository();
  const { code, stderr } = await run(["apply", "--auto-approve"], {
    cwd: dir,
    env: { CONCORDAT_AUTHORITY_KEY_FILE: "elsewhere.key" },
  });
  expect(code).toBe(1);
  expect(stderr).toContain("elsewhere.key does not exist");
  expect(stderr).toContain("code: authority_key_missing");
});
