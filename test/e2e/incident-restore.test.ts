import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  assertDescribed,
  commitTreaties,
  run,
  trustRepository,
  type Ended,
  revocationOf,
} from "../helpers/cli.js";
import { commitFiles } from "../helpers/git.js";
import { verifyBackup } from "../../src/backup/verify.js";
import { instantFromMillis } from "../../src/protocol/instant.js";
import { runRestore } from "../../src/restore/restore.js";
import { readPrivateKey } from "../../src/sign/key-file.js";
import { readPending } from "../../src/state/restore/pending.js";

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
  commitFiles(dir, { "revocations/globex.yaml": revocationOf("globex") });
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

test("one that was killed when all was built is finished, and judged by what stood before", async () => {
  const { dir, treaty, at } = await backedUp();
  const db = join(dir, ".concordat/na.db");
  const kept = join(dir, ".concordat/kept.db");
  const killed = runRestore(
    {
      db,
      backup: join(dir, ".concordat/backups-first.db"),
      preRestoreBackup: kept,
      escrow: `${db}.escrow`,
      backupKeys: [],
      forget: [],
      acceptLostLog: false,
      by: "the operator",
      reason: null,
    },
    {
      clock: () => instantFromMillis(Date.now()),
      random: randomBytes,
      key: readPrivateKey(join(dir, ".concordat/keys/authority.key")),
      operatorKey: null,
      verify: async (file, options) => verifyBackup(file, options),
      onStep: (step) => {
        if (step === "swap") throw new Error("killed");
      },
    },
  );
  await expect(killed).rejects.toThrow("killed");
  // As a kill between the two renames leaves it: no file bears the state's name.
  const { quarantine } = readPending(db) ?? { quarantine: "" };
  mkdirSync(join(dir, ".concordat", quarantine));
  renameSync(db, join(dir, ".concordat", quarantine, "na.db"));

  const told = await at("incident", "restore", "--dir", ".concordat", "--yes", "--json");
  expect(told.code, told.stdout + told.stderr).toBe(0);
  assertDescribed("incident", told.stdout);
  expect(told.json()).toMatchObject({
    verdict: "RESTORED AND HEALTHY",
    incident: {
      status: "closed",
      checks: expect.arrayContaining([
        expect.objectContaining({ name: "revocations", expected: "all 1 stay", passed: true }),
      ]),
    },
  });
  const after = await at("explain", treaty, "--json");
  expect(after.json()).toMatchObject({ standing: { state: "revoked" } });
});

test("an incident that was not closed keeps the state again, under a name of its own", async () => {
  const { dir, at } = await backedUp();
  const restore = ["incident", "restore", "--dir", ".concordat", "--yes", "--json"];
  const first = (await at(...restore)).json() as unknown as { readonly folder: string };
  const file = join(first.folder, "incident.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"closed"', '"open"'));
  const again = await at(...restore);
  expect(again.code, again.stdout + again.stderr).toBe(0);
  expect(again.json()).toMatchObject({ folder: first.folder });
  const names = readdirSync(join(dir, ".concordat"));
  expect(names.filter((name) => /^na\.db\.before-\w{8}(-2)?$/.test(name))).toHaveLength(2);
});
