/** A service makes its backups by itself while it serves and writes, tells how it went, and lets go of them when it stops. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";
import { Service } from "../helpers/service.js";
import { until } from "../helpers/until.js";
import { bodyOf, receiver } from "../unit/notify/receiver.js";

interface Ground {
  readonly dir: string;
  readonly folder: string;
  readonly args: readonly string[];
}

async function ground(notify = ""): Promise<Ground> {
  const dir = await trustRepository();
  const folder = join(temporaryFolder(), "backups");
  const config = join(temporaryFolder(), "settings.yaml");
  writeFileSync(config, `interval: 1d\nbackup: { dir: ${JSON.stringify(folder)} }\n${notify}`);
  const args = ["--repo", dir, "--db", join(dir, ".concordat/na.db"), "--config", config];
  return { dir, folder, args };
}

async function metric(service: Service, name: string): Promise<number> {
  const text = await (await fetch(`${service.address}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
}

const databases = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.endsWith(".db") && !name.startsWith("."));

test("makes one when none is there, and shows how fresh it is", async () => {
  const { dir, folder, args } = await ground();
  mkdirSync(folder, { mode: 0o700 });
  const commit = commitTreaties(dir, ["globex"]);
  await run(["apply", "--auto-approve"], { cwd: dir });
  const service = await Service.start(args);
  await service.settles(commit);
  await service.logs({ msg: "backup made" });
  expect(await metric(service, "concordat_backup_interval_seconds")).toBe(86_400);
  const made = await metric(service, "concordat_backup_last_success_timestamp_seconds");
  expect(Math.abs(Date.now() / 1_000 - made)).toBeLessThan(120);
  expect(await metric(service, "concordat_backup_size_bytes")).toBeGreaterThan(4_096);
  expect(await metric(service, "concordat_backup_failures_total")).toBe(0);
  const [name = ""] = databases(folder);
  const verified = await run(["backup", "verify", join(folder, name), "--json"], { cwd: dir });
  expect(verified.json()).toMatchObject({ key_from: "state", counts: { treaties: 1 } });
  expect(await service.stop()).toBe(0);
  // Nobody read it any more: the state at rest is one file, out of WAL mode.
  expect(readFileSync(join(dir, ".concordat/na.db"))[18]).toBe(1);

  const again = await Service.start([...args, "--log-level", "debug"]);
  await again.logs({ msg: "no backup is due" });
  expect(await metric(again, "concordat_backup_last_success_timestamp_seconds")).toBe(made);
  expect(databases(folder)).toEqual([name]);
});

test("tells that it failed, and that it does not any more", async () => {
  const hook = await receiver();
  const secretFile = join(temporaryFolder(), "secret");
  writeFileSync(secretFile, "what both sides know, and nobody else\n", { mode: 0o600 });
  const { dir, folder, args } = await ground(
    `notify: [{ kind: webhook, url: "http://127.0.0.1:${hook.port}/", secretFile: ${JSON.stringify(secretFile)} }]\n`,
  );
  await run(["apply", "--auto-approve"], { cwd: dir });
  const service = await Service.start(args);
  await service.logs({ msg: "backup failed", code: "unreadable_file" });
  expect(await metric(service, "concordat_backup_failures_total")).toBe(1);
  expect(await metric(service, "concordat_backup_last_success_timestamp_seconds")).toBe(0);
  await until(
    "it is told",
    () => hook.received.map(bodyOf),
    (bodies) => bodies.some(({ type }) => type === "concordat.backup.failed"),
  );
  // What else the service does is not held up.
  expect((await service.get("/healthz")).status).toBe(200);
  rmSync(folder, { recursive: true, force: true });
});

test("one that is being made does not keep the service from stopping", async () => {
  const { dir, folder, args } = await ground();
  mkdirSync(folder, { mode: 0o700 });
  commitTreaties(dir, ["globex"]);
  await run(["apply", "--auto-approve"], { cwd: dir });
  const service = await Service.start(args);
  expect(await service.stop()).toBe(0);
  // Whether it came to its end or not, no file bears a backup's name that is none.
  for (const name of databases(folder)) {
    const { code, stderr } = await run(["backup", "verify", join(folder, name)], { cwd: dir });
    expect([code, stderr]).toEqual([0, ""]);
  }
  expect((await run(["backup", "--output", join(folder, "next.db")], { cwd: dir })).code).toBe(0);
  expect(readdirSync(folder).filter((name) => name.includes("draft"))).toEqual([]);
});
