import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openStateForWriting } from "../../src/state/open.js";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { git } from "../helpers/git.js";
import { Service } from "../helpers/service.js";

const state = (dir: string): string => join(dir, ".concordat/na.db");

/** Nobody holds the lock, and nothing says so: the state can be written at once. */
function expectNothingLeft(dir: string): void {
  expect(existsSync(`${state(dir)}.sock`)).toBe(false);
  expect(existsSync(`${state(dir)}.holder`)).toBe(false);
  openStateForWriting(state(dir), "the test").close();
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "applies the head without an apply before, serves it until %s, and ends with 0",
  async (signal) => {
    const dir = await trustRepository();
    const commit = commitTreaties(dir, ["globex"]);
    const service = await Service.start(["--repo", dir]);
    expect(service.announcement).toMatchObject({ db: state(dir), source: dir, sovereign_id: null });
    await service.settles(commit);
    expect(await service.get("/healthz")).toEqual({ status: 200, json: { status: "ok" } });
    expect((await service.get("/connectome.json")).json).toMatchObject({
      recognition_edges: [{ from: "ACME", to: "GLOBEX", lifecycle_state: "active" }],
    });
    expect((await service.get("/readyz")).json).toMatchObject({ applied_commit: commit });
    expect(statSync(`${state(dir)}.sock`).mode & 0o777).toBe(0o600);
    expect(await service.stop(signal)).toBe(0);
    expectNothingLeft(dir);
    // One document, whatever happened after it.
    expect(JSON.parse(service.stdout)).toEqual(service.announcement);
  },
);

describe("what cannot start leaves nothing behind", () => {
  test("a port that is taken", async () => {
    const dir = await trustRepository();
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const ended = await run(["serve", "--repo", dir, "--port", String(port), "--json"]);
    taken.close();
    expect(ended.code).toBe(1);
    expect(ended.json()).toMatchObject({ error: { code: "address_in_use" } });
    expectNothingLeft(dir);
  });

  test("a key that the genesis does not name", async () => {
    const dir = await trustRepository();
    await run(["apply", "--auto-approve"], { cwd: dir });
    const key = join(dir, ".concordat/keys/root.key");
    const ended = await run(["serve", "--repo", dir, "--authority-key", key, "--json"]);
    expect(ended.code).toBe(6);
    expect(ended.json()).toMatchObject({ error: { code: "authority_key_mismatch" } });
    expectNothingLeft(dir);
  });

  test("a key that is not there", async () => {
    const dir = await trustRepository();
    const key = join(dir, "none.key");
    const ended = await run(["serve", "--repo", dir, "--authority-key", key, "--json"]);
    expect(ended.code).toBe(1);
    expect(ended.json()).toMatchObject({ error: { code: "authority_key_missing" } });
    expect(existsSync(state(dir))).toBe(false);
    expectNothingLeft(dir);
  });

  test("a control socket that cannot be bound", async () => {
    const dir = await trustRepository();
    for (const socket of [join(dir, "s".repeat(120)), join(dir, "authority.yaml")]) {
      const ended = await run([
        "serve",
        "--repo",
        dir,
        "--control-socket",
        socket,
        "--port",
        "0",
        "--json",
      ]);
      expect(ended.code).toBe(1);
      expect(ended.json()).toMatchObject({ error: { code: "listen_failed" } });
      expectNothingLeft(dir);
    }
    expect(statSync(join(dir, "authority.yaml")).isFile()).toBe(true);
  });

  test("a state that somebody else writes", async () => {
    const dir = await trustRepository();
    const writer = openStateForWriting(state(dir), "the other program");
    const ended = await run(["serve", "--repo", dir, "--json"]);
    expect(ended.code).toBe(5);
    expect(ended.json()).toMatchObject({
      error: { code: "lock_held", details: { command: "the other program", pid: process.pid } },
    });
    expect(existsSync(`${state(dir)}.sock`)).toBe(false);
    writer.close();
    expectNothingLeft(dir);
  });
});

test("a key that another genesis names, before the first apply, stalls and signs nothing", async () => {
  const dir = await trustRepository();
  const key = join(dir, ".concordat/keys/root.key");
  const service = await Service.start(["--repo", dir, "--authority-key", key]);
  await service.becomes("Stalled", "True", "KeyMismatch");
  expect((await service.get("/readyz")).status).toBe(503);
  expect(await service.status()).toMatchObject({ applied_commit: null });
  expect(await service.stop()).toBe(0);
});

test("a repository that has no commit yet is followed once it has", async () => {
  const dir = await trustRepository();
  const head = git(dir, ["rev-parse", "HEAD"]);
  git(dir, ["update-ref", "-d", "refs/heads/main"]);
  const service = await Service.start(["--repo", dir]);
  await service.becomes("Reconciling", "True");
  expect(await service.condition("Ready")).toMatchObject({ reason: "SourceEmpty" });
  git(dir, ["update-ref", "refs/heads/main", head]);
  await service.settles(head);
});
