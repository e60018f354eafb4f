/** A restore by the built program: what was taken away since the backup stays away, whatever is asked of it afterwards. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPrivateKey } from "../../src/sign/key-file.js";
import { openState } from "../../src/state/open.js";
import type { StateReader } from "../../src/state/reader.js";
import { attestationYaml, signedHeaders, type AdminHeaders } from "../helpers/admin.js";
import {
  assertDescribed,
  commitTreaties,
  run,
  start,
  trustRepository,
  type Ended,
  revocationOf,
} from "../helpers/cli.js";
import { commitFiles, git, temporaryFolder } from "../helpers/git.js";
import { Service } from "../helpers/service.js";
import { feedJson } from "../helpers/signed.js";
import { until } from "../helpers/until.js";

const DAILY = { env: { CONCORDAT_INTERVAL: "1d" } };

const FEED = [
  "apiVersion: concordat/v1",
  "kind: RevocationFeed",
  "metadata: { name: globex-7 }",
  "spec: { issuer: globex, file: feeds/globex-7.json, accept: true }",
  "",
].join("\n");

class Authority {
  readonly dir: string;
  readonly db: string;
  readonly backup: string;

  private constructor(dir: string) {
    this.dir = dir;
    this.db = join(dir, ".concordat/na.db");
    this.backup = join(dir, ".concordat/backup.db");
  }

  /** Three treaties, applied and backed up. */
  static async backedUp(): Promise<Authority> {
    const authority = new Authority(await trustRepository());
    commitTreaties(authority.dir, ["globex", "initech", "umbrella"]);
    await authority.ok("apply", "--auto-approve");
    await authority.ok("backup", "--output", authority.backup);
    return authority;
  }

  async run(...args: string[]): Promise<Ended> {
    return await run(args, { cwd: this.dir });
  }

  async ok(...args: string[]): Promise<Ended> {
    const ended = await this.run(...args);
    if (ended.code === 0) return ended;
    throw new Error(`${args.join(" ")} ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
  }

  async restore(...more: string[]): Promise<Ended> {
    const before = join(this.dir, ".concordat/before.db");
    const files = ["--backup", this.backup, "--pre-restore-backup", before];
    return await this.run("restore", ...files, "--yes", ...more);
  }

  async serve(): Promise<Service> {
    return await Service.start(["--repo", this.dir], DAILY);
  }

  read<T>(use: (reader: StateReader) => T): T {
    const reader = openState(this.db);
    try {
      return use(reader);
    } finally {
      reader.close();
    }
  }

  statuses(): Readonly<Record<string, readonly string[]>> {
    const rows = this.read((reader) => reader.snapshot()).treaties;
    const subjects = [...new Set(rows.map(({ subject }) => subject))];
    return Object.fromEntries(
      subjects.map((subject) => [
        subject,
        rows.filter((row) => row.subject === subject).map(({ status }) => status),
      ]),
    );
  }

  idOf(subject: string): string {
    const rows = this.read((reader) => reader.snapshot()).treaties;
    return rows.find((row) => row.subject === subject)?.id ?? "";
  }

  headers(path: string): AdminHeaders {
    const key = (name: string) => readPrivateKey(join(this.dir, `.concordat/keys/${name}.key`));
    return signedHeaders({
      path,
      audience: key("authority").publicKey,
      key: key("operator-root"),
      timestamp: new Date().toISOString(),
      nonce: randomUUID(),
    });
  }
}

async function post(service: Service, path: string, headers: AdminHeaders): Promise<number> {
  const answer = await fetch(service.address + path, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: "{}",
  });
  await answer.arrayBuffer();
  return answer.status;
}

test("revocations by git and by an operator, a feed and the log outlive a restore of an older backup", async () => {
  const authority = await Authority.backedUp();
  const { dir } = authority;
  const feed = feedJson({ sequence: 7, revoked_attestation_ids: ["left"], revocation_reasons: {} });
  const commit = commitFiles(dir, {
    "revocations/globex.yaml": revocationOf("globex"),
    "attestations/node-1.yaml": attestationYaml("node-1"),
    "feeds/globex-7.json": feed,
    "feeds/globex-7.yaml": FEED,
  });
  const service = await authority.serve();
  await service.settles(commit);
  const path = `/admin/recognition-treaties/${authority.idOf("INITECH")}/revoke`;
  expect(await post(service, path, authority.headers(path))).toBe(200);
  const umbrella = `/admin/recognition-treaties/${authority.idOf("UMBRELLA")}/revoke`;
  const old = authority.headers(umbrella);

  const locked = await authority.restore("--json");
  expect(locked.code).toBe(5);
  expect(locked.json()).toMatchObject({ error: { code: "lock_held" } });
  expect(await service.stop()).toBe(0);

  const size = authority.read((reader) => reader.log().head().size);
  const sequence = authority.read((reader) => reader.publishedFeed()?.sequence ?? 0);
  const [first] = authority.read((reader) => reader.snapshot()).attestations;
  const restored = await authority.restore("--json", "--reason", "INC-7");
  expect(restored.code, restored.stdout + restored.stderr).toBe(0);
  assertDescribed("restore", restored.stdout);
  expect(restored.json()).toMatchObject({
    restored: true,
    plan: { live: { found: "whole" }, log: { from: "live", lost: null } },
    result: { resumed: false },
  });

  const again = await authority.serve();
  await again.settles(git(dir, ["rev-parse", "HEAD"]));
  expect(authority.statuses()).toEqual({
    GLOBEX: ["revoked"],
    INITECH: ["revoked"],
    UMBRELLA: ["active"],
  });
  // Signed before the restore, and never done: it counts no more. One that is signed now does.
  expect(await post(again, umbrella, old)).toBe(401);
  expect(await post(again, umbrella, authority.headers(umbrella))).toBe(200);
  const { attestations, feeds, importedRevocations } = authority.read((reader) =>
    reader.snapshot(),
  );
  expect(attestations.find(({ id }) => id === first?.id)?.status).toBe("revoked");
  expect(attestations.filter(({ status }) => status === "active")).toHaveLength(1);
  expect(feeds.map((row) => [row.issuer, row.sequence])).toEqual([["GLOBEX", 7]]);
  expect(importedRevocations).toHaveLength(1);
  expect(authority.read((reader) => reader.publishedFeed()?.sequence)).toBeGreaterThan(sequence);
  expect(authority.read((reader) => reader.log().head().size)).toBeGreaterThan(size);
  expect(await again.stop()).toBe(0);
  await authority.ok("audit", "verify");
  // The service may have ended before the pass that takes the last revocation for its own.
  await authority.ok("reconcile", "--once");
  await authority.ok("drift");
});

test("a dry run says what would happen in 80 columns, removals first, and changes nothing", async () => {
  const authority = await Authority.backedUp();
  commitFiles(authority.dir, { "revocations/globex.yaml": revocationOf("globex") });
  commitTreaties(authority.dir, ["hooli"]);
  await authority.ok("apply", "--auto-approve");
  const before = readFileSync(authority.db);
  const text = await authority.ok("restore", "--backup", authority.backup, "--dry-run");
  expect(text.stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
  expect(text.stdout).toMatch(/TRUSTED NO MORE {2}1\n- treaty .*with-hooli/);
  expect(text.stdout).toMatch(/with-globex +taken away since the backup\n/);
  expect(text.stdout).toMatch(/^sha256 {6}[0-9a-f]{64}$/m);
  expect(text.stdout).toMatch(/\nnext: stop concordat serve, then the same with/);
  expect(text.stdout.indexOf("TRUSTED NO MORE")).toBeLessThan(
    text.stdout.indexOf("STAYS AS IT IS"),
  );
  const json = await authority.ok("restore", "--backup", authority.backup, "--dry-run", "--json");
  assertDescribed("restore", json.stdout);
  expect(json.json()).toMatchObject({ restored: false, result: null });
  expect(readFileSync(authority.db).equals(before)).toBe(true);
  expect(existsSync(`${authority.db}.restoring`)).toBe(false);
});

test("a dry run that is interrupted leaves no copy of the state behind", async () => {
  const authority = await Authority.backedUp();
  const temporary = temporaryFolder();
  const program = start(["restore", "--backup", authority.backup, "--dry-run"], {
    cwd: authority.dir,
    env: { TMPDIR: temporary },
  });
  const ended = once(program, "close");
  await until("the copies are begun", () => readdirSync(temporary).length > 0);
  program.kill("SIGINT");
  await ended;
  expect(readdirSync(temporary)).toEqual([]);
});

test("without a yes nothing is restored, and a state needs a place to be kept", async () => {
  const authority = await Authority.backedUp();
  const files = ["--backup", authority.backup, "--pre-restore-backup", "before.db"];
  const asked = await authority.run("restore", ...files, "--json");
  expect(asked.json()).toMatchObject({
    error: {
      code: "confirmation_required",
      hint: expect.stringContaining(`concordat restore --backup ${authority.backup} --dry-run`),
    },
  });
  const nowhere = await authority.run("restore", "--backup", authority.backup, "--yes");
  expect(nowhere.code).toBe(64);
});

test("a state whose file was destroyed is restored where it stood, and git goes on from it", async () => {
  const authority = await Authority.backedUp();
  const { db, dir } = authority;
  const destroyed = readFileSync(db).fill(0xa5, 0, 100);
  writeFileSync(db, destroyed);
  const broken = await authority.run("plan");
  expect(broken.code).toBe(1);
  expect(broken.stderr).toContain("concordat restore");
  const restored = await authority.restore("--json");
  expect(restored.code, restored.stdout + restored.stderr).toBe(0);
  assertDescribed("restore", restored.stdout);
  expect(restored.json()).toMatchObject({
    plan: { live: { found: "damaged" }, log: { from: "backup", lost: null } },
    result: { pre_restore_backup: null },
  });
  const kept = readdirSync(join(dir, ".concordat")).find((name) => name.includes("quarantine"));
  const file = join(dir, ".concordat", kept ?? "", "na.db");
  expect(readFileSync(file).equals(destroyed)).toBe(true);
  const service = await authority.serve();
  await service.settles(commitTreaties(dir, ["hooli"]));
  expect(authority.statuses()).toMatchObject({ GLOBEX: ["active"], HOOLI: ["active"] });
  expect(await service.stop()).toBe(0);
  await authority.ok("audit", "verify");
});

test("what would overwrite or remove a backup is refused in 80 columns", async () => {
  const authority = await Authority.backedUp();
  const { backup, db } = authority;
  const bytes = readFileSync(backup);
  const [inside, before] = [`${db}.restoring/before.db`, join(authority.dir, "before.db")];
  for (const [from, to, code] of [
    [backup, backup, 64],
    [backup, inside, 3],
    [inside, before, 3],
    [backup, authority.dir, 1],
  ] as const) {
    const files = ["--backup", from, "--pre-restore-backup", to];
    const ended = await authority.run("restore", ...files, "--yes");
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stderr.split("\n").every((line) => line.length <= 80)).toBe(true);
  }
  expect(readFileSync(backup).equals(bytes)).toBe(true);
});
