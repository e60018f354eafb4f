import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, treatyWith, trustRepository } from "../helpers/cli.js";
import { git, temporaryFolder, writeFiles } from "../helpers/git.js";

test("a new repository is valid, with git and without", async () => {
  const dir = await trustRepository();
  expect(await run(["validate", dir])).toMatchObject({ code: 0, stderr: "" });
  git(dir, ["checkout", "--quiet", "--orphan", "empty"]);
  const { code, stdout } = await run(["validate"], { cwd: dir });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Valid: 2 resources in \d+ files\.\n$/);
});

test("every fault of every file is reported in one run, with place, line, caret and way out", async () => {
  const dir = await trustRepository();
  writeFiles(dir, {
    "treaties/globex.yaml": treatyWith("globex").replace("subject: globex", "subject: gobex"),
    "treaties/tabs.yaml":
      "apiVersion: concordat/v1\nkind: RecognitionTreaty\nmetadata:\n\tname: x\n",
    "sovereigns/broken.yaml":
      "apiVersion: concordat/v1\nkind: Sovereign\nmetadata: {name: x}\nspce: {}\n",
    "operators/alias.yaml": "apiVersion: &v concordat/v1\nkind: OperatorKey\n",
    "unknown/file.yaml": "a: 1\n",
  });
  const { code, stdout, stderr } = await run(["validate", dir]);
  expect(code).toBe(1);
  expect(stderr).toBe("");
  for (const place of [
    /^treaties\/globex\.yaml:\d+:\d+$/m,
    /^treaties\/tabs\.yaml:4:1$/m,
    /^sovereigns\/broken\.yaml:4:1$/m,
    /^operators\/alias\.yaml:1:13$/m,
    /^unknown(\/file\.yaml)?:1:1$/m,
  ]) {
    expect(stdout).toMatch(place);
  }
  const blocks = stdout.trimEnd().split("\n\n");
  for (const block of blocks.slice(0, -1)) {
    expect(block).toMatch(/\n {2}(error|warning): /);
    expect(block).toMatch(/\n {2}way out: /);
    expect(block).toMatch(/\n {2}code: [a-z_0-9]+$/);
  }
  expect(stdout).toMatch(/\n {4,}1 \| apiVersion: &v concordat\/v1\n +\| {13}\^\n/);
  expect(blocks.at(-1)).toMatch(/^\d+ errors? .*in \d+ files\.$/);
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
});

test("links are not followed, and what git ignores is not looked at", async () => {
  const dir = await trustRepository();
  mkdirSync(join(dir, "treaties"), { recursive: true });
  symlinkSync("/etc/passwd", join(dir, "treaties/link.yaml"));
  const { code, stdout } = await run(["validate", dir]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/treaties\/link\.yaml:1:1\n/);
  expect(stdout).toContain("code: bad_mode");
  expect(stdout).not.toContain("root:");
  expect(stdout).not.toContain(".concordat");
});

test("a saved plan, which git ignores, is no fault", async () => {
  const dir = await trustRepository();
  writeFiles(dir, { "change.plan": "{}" });
  expect((await run(["validate", dir])).code).toBe(0);
});

test("a private key in a file is reported and not shown", async () => {
  const dir = await trustRepository();
  const secret = "MDECAQEwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
  // In two parts, or whoever scans this repository for keys would find one here.
  const label = ["PRIVATE", "KEY"].join(" ");
  const pem = `-----BEGIN ${label}-----\n${secret}\n-----END ${label}-----\n`;
  const text = `key: |\n${pem.replaceAll(/^/gm, "  ")}`;
  writeFiles(dir, { "operators/oops.yaml": text, ".github/workflows/oops.yml": text });
  for (const flags of [[], ["--json"]]) {
    const { code, stdout, stderr } = await run(["validate", dir, ...flags]);
    expect(code).toBe(1);
    expect(stdout.match(/private_key/g)).toHaveLength(2);
    expect(stdout).toContain(".github/workflows/oops.yml");
    expect(stdout + stderr).not.toContain(secret);
  }
});

test("an empty folder and a missing one are told apart", async () => {
  const empty = temporaryFolder();
  const faults = await run(["validate", empty, "--json"]);
  expect(faults.code).toBe(1);
  expect(faults.json()).toMatchObject({
    valid: false,
    diagnostics: [{ code: "empty_desired_state", file: "." }],
  });
  const missing = await run(["validate", join(empty, "nowhere"), "--json"]);
  expect(missing.code).toBe(1);
  expect(missing.json()).toMatchObject({ error: { code: "unreadable_file" } });
});

test("a warning leaves it valid", async () => {
  const dir = await trustRepository();
  chmodSync(join(dir, "authority.yaml"), 0o755);
  const { code, stdout } = await run(["validate", dir]);
  expect(code).toBe(0);
  expect(stdout).toContain("code: executable_file");
  expect(stdout).toMatch(/\n1 warning in 1 file\.\n\nValid: /);
});
