import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitTreaties, run, trustRepository } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";
import { Service } from "../helpers/service.js";

test.each(["SIGTERM", "SIGINT"] as const)(
  "serves what somebody else applies until %s, and ends with 0",
  async (signal) => {
    const dir = await trustRepository();
    await run(["apply", "--auto-approve"], { cwd: dir });
    const service = await Service.start(["--repo", dir, "--read-only"]);
    expect(service.announcement).toMatchObject({ sovereign_id: "ACME", source: null });
    expect((await service.get("/connectome.json")).json).toMatchObject({
      summary: { recognition_edge_count: 0 },
    });
    const commit = commitTreaties(dir, ["globex"]);
    expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
    expect((await service.get("/connectome.json")).json).toMatchObject({
      recognition_edges: [{ from: "ACME", to: "GLOBEX", lifecycle_state: "active" }],
    });
    expect(await service.waitForReply("/readyz", ({ status }) => status === 200)).toMatchObject({
      json: { status: "ready", applied_commit: commit },
    });
    expect(await service.stop(signal)).toBe(0);
  },
);

test("follows nothing: a commit is not applied", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const service = await Service.start(["--repo", dir, "--read-only"]);
  const commit = commitTreaties(dir, ["globex"]);
  // The head is looked at, for it is told beside what is applied.
  await service.waitForReply(
    "/readyz",
    ({ json }) => Reflect.get(Object(json), "source_commit") === commit,
  );
  expect((await service.get("/connectome.json")).json).toMatchObject({ recognition_edges: [] });
});

test("serves beside the daemon that writes, and shows its status", async () => {
  const dir = await trustRepository();
  const writing = await Service.start(["--repo", dir]);
  const commit = commitTreaties(dir, ["globex"]);
  await writing.settles(commit);
  const standby = await Service.start(["--repo", dir, "--read-only"]);
  expect(await standby.settles(commit)).toMatchObject({ applied_commit: commit });
  expect((await standby.get("/connectome.json")).json).toEqual(
    (await writing.get("/connectome.json")).json,
  );
});

test("needs no key, unless one is named, and no repository", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  rmSync(join(dir, ".concordat/keys"), { recursive: true });
  const state = ["--repo", temporaryFolder(), "--db", join(dir, ".concordat/na.db"), "--read-only"];
  const service = await Service.start(state);
  expect((await service.get("/sovereign.json")).json).toMatchObject({ sovereign_id: "ACME" });
  expect(await service.stop()).toBe(0);
  const named = ["--authority-key", join(dir, ".concordat/keys/authority.key")];
  const ended = await run(["serve", ...state, ...named, "--json"]);
  expect(ended.code).toBe(1);
  expect(ended.json()).toMatchObject({ error: { code: "authority_key_missing" } });
});

test("a state that is not there, and a key that is not the genesis's, are refused", async () => {
  const dir = await trustRepository();
  const missing = await run(["serve", "--read-only", "--repo", dir, "--json"]);
  expect(missing.code).toBe(1);
  expect(missing.json()).toMatchObject({ error: { code: "state_missing" } });
  await run(["apply", "--auto-approve"], { cwd: dir });
  const key = join(dir, ".concordat/keys/root.key");
  const other = await run([
    "serve",
    "--read-only",
    "--repo",
    dir,
    "--authority-key",
    key,
    "--json",
  ]);
  expect(other.code).toBe(6);
  expect(other.json()).toMatchObject({ error: { code: "authority_key_mismatch" } });
});
