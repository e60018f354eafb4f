/** What an incident takes away at once, while the daemon runs; and what it prints for programs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { operatorYaml } from "../helpers/admin.js";
import { assertDescribed, commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { commitFiles } from "../helpers/git.js";
import { Service } from "../helpers/service.js";

const DAILY = { env: { CONCORDAT_INTERVAL: "1d" } };
const SINCE = ["--since", "2026-01-01T00:00:00Z"];

async function serving(): Promise<{ dir: string; service: Service }> {
  const dir = await trustRepository();
  commitFiles(dir, { "operators/deputy.yaml": operatorYaml("deputy", "privileged") });
  const service = await Service.start(["--repo", dir], DAILY);
  await service.settles(commitTreaties(dir, ["globex"]));
  return { dir, service };
}

test("the daemon revokes a key over its socket, and refuses what the key signs", async () => {
  const { dir, service } = await serving();
  const command = ["incident", "key-compromise", "operator-root", ...SINCE, "--json"];
  const probe = [
    "--url",
    service.address,
    "--key-file",
    join(dir, ".concordat/keys/operator-root.key"),
  ];
  const heard = await run([...command, ...probe], { cwd: dir });
  expect(heard.code, heard.stdout).toBe(3);
  expect(heard.json()).toMatchObject({
    incident: {
      checks: [{ passed: false }, { expected: "401", observed: "heard: 200", passed: false }],
    },
  });
  const refused = await run([...command, ...probe, "--now"], { cwd: dir });
  expect(refused, refused.stderr).toMatchObject({ code: 0, stderr: "" });
  expect(refused.json()).toMatchObject({
    incident: { checks: [{ passed: true }, { expected: "401", observed: "401", passed: true }] },
  });
  assertDescribed("incident", refused.stdout);
  // Another key is refused by everybody, and proves nothing.
  const key = join(dir, ".concordat/keys/authority.key");
  const other = await run([...command, "--url", service.address, "--key-file", key], { cwd: dir });
  expect(other).toMatchObject({ code: 3, stderr: "" });
  expect(other.json()).toMatchObject({
    verdict: expect.stringContaining("UNPROVEN AT THE SERVICE"),
    incident: { checks: [{ passed: true }, { passed: false }] },
  });
});

test("the daemon revokes a treaty over its socket, and serves it so", async () => {
  const { dir, service } = await serving();
  const ended = await run(["incident", "bad-treaty", "with-globex", "--now", "--json"], {
    cwd: dir,
  });
  expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: "" });
  assertDescribed("incident", ended.stdout);
  const { json } = await service.get("/recognition-treaties");
  expect(json).toMatchObject({ recognition_treaties: [{ status: "revoked" }] });
  const elsewhere = await run(["incident", "bad-treaty", "with-globex", "--repo", dir]);
  const next = elsewhere.stdout.replaceAll(/ \\\n +/g, " ");
  expect(next).toContain(`git -C ${dir} merge --ff-only`);
  expect(next).toContain(`concordat reconcile --now --repo ${dir}`);
  const { folder } = JSON.parse(ended.stdout) as { folder: string };
  const report = await run(["incident", "report", folder, "--json"], { cwd: dir });
  expect(report.code).toBe(0);
  assertDescribed("incident-report", report.stdout);
  writeFileSync(join(folder, "audit.jsonl"), "");
  const altered = await run(["incident", "report", folder], { cwd: dir });
  expect(altered.code).toBe(6);
  expect(altered.stdout).toContain("NOT AS RECORDED: audit.jsonl");
});

test.each([
  ["an unknown key", ["incident", "key-compromise", "nobody", ...SINCE], 1],
  ["no window", ["incident", "key-compromise", "operator-root"], 64],
  ["a key without its source", ["incident", "bad-treaty", "x", "--confirm-key", "k"], 64],
  ["a remote repository", ["incident", "bad-treaty", "x", "--repo", "https://trust.example/r"], 64],
  ["no incident's folder", ["incident", "report", "."], 1],
] as const)("%s is refused", async (_name, args, code) => {
  const { dir } = { dir: await trustRepository() };
  expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
  expect((await run(args, { cwd: dir })).code).toBe(code);
});
