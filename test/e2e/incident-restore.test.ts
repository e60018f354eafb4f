import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  assertDescribed,
  commitTreaties,
  run,
  trustRepository,
  type Ended,
} from "../helpers/cli.js";
import { commitFiles } from "../helpers/git.js";

const REVOKED = [
  "apiVersion: concordat/v1",
  "kind: Revocation",
  "metadata: { name: globex }",
  "spec: { target: { kind: RecognitionTreaty, name: with-globex }, reason: over }",
  "",
].join("\n");

interface Backed {
  readonly dir: string;
  readonly treaty: string;
  readonly at: (...args: string[]) => Promise<Ended>;
}

/** Two backups, then a treaty that both hold for active is revoked. The newer backup has one byte changed. */
async function backedUp(): Promise<Backed> {
  const dir = await trustRepository();
  commitTreaties(dir, ["globex", "initech"]);
  const at = async (...args: string[]): Promise<Ended> => await run(args, { cwd: dir });
  await at("apply", "--auto-approve");
  const told = await at("explain", "treaty/with-globex", "--json");
  const { subject } = told.json() as unknown as { readonly subject: { readonly id: string } };
  for (const name of ["first", "second"]) {
    const made = await at("backup", "--output", `.concordat/backups-${name}.db`);
    expect(made.code, made.stderr).toBe(0);
  }
  commitFiles(dir, { "revocations/globex.yaml": REVOKED });
  await at("apply", "--auto-approve");
  const newer = join(dir, ".concordat/backups-second.db");
  const bytes = readFileSync(newer);
  bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000);
  writeFileSync(newer, bytes);
  return { dir, treaty: subject.id, at };
}

test("a damaged state comes back from the newest sound backup, and what was revoked since stays so", async () => {
  const { treaty, at } = await backedUp();
  const refused = await at("incident", "restore", "--dir", ".concordat", "--json");
  expect(refused.code).toBe(3);
  expect(refused.json()).toMatchObject({ error: { code: "confirmation_required" } });

  const told = await at("incident", "restore", "--dir", ".concordat", "--yes", "--json");
  expect(told.code, told.stdout + told.stderr).toBe(0);
  assertDescribed("incident", told.stdout);
  const result = told.json() as unknown as { readonly folder: string };
  expect(result).toMatchObject({
    verdict: expect.stringContaining("RESTORED AND HEALTHY"),
    incident: {
      status: "closed",
      findings: [{ code: "backup_passed_over" }],
      checks: expect.arrayContaining([
        expect.objectContaining({ name: "log verifies", passed: true }),
        expect.objectContaining({ name: "revocations", passed: true }),
        expect.objectContaining({ name: "signing key", passed: true }),
      ]),
    },
  });
  for (const name of ["plan.json", "result.json", "checkpoint.txt", "manifest.json"])
    expect(existsSync(join(result.folder, "restore", name)), name).toBe(true);
  const proofs = join(result.folder, "audit-proofs.jsonl");
  expect((await at("audit", "verify", "--export", proofs)).code).toBe(0);
  const after = await at("explain", treaty, "--json");
  expect(after.json()).toMatchObject({ standing: { state: "revoked" } });
  expect((await at("plan")).code).toBe(0);
});

test("no sound backup changes nothing", async () => {
  const { dir, at } = await backedUp();
  const first = join(dir, ".concordat/backups-first.db");
  writeFileSync(first, readFileSync(first).subarray(0, 4096));
  const before = readFileSync(join(dir, ".concordat/na.db"));
  const told = await at("incident", "restore", "--dir", ".concordat", "--yes", "--json");
  expect(told.json()).toMatchObject({ error: { code: "no_backup" } });
  expect(readFileSync(join(dir, ".concordat/na.db")).equals(before)).toBe(true);
});
