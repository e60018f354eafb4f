import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { commitTreaties, trustRepository } from "../helpers/cli.js";
import { git } from "../helpers/git.js";
import { Service } from "../helpers/service.js";

const DAILY = { env: { CONCORDAT_INTERVAL: "1d" } };

test("a service is ready from its first apply on", async () => {
  const dir = await trustRepository();
  const commit = commitTreaties(dir, ["globex"]);
  git(dir, ["branch", "live"]);
  git(dir, ["update-ref", "-d", "refs/heads/live"]);
  const service = await Service.start(["--repo", dir, "--ref", "live"], DAILY);
  const before = await service.waitForReply("/readyz", ({ json }) =>
    JSON.stringify(json).includes("no_authority"),
  );
  expect(before).toMatchObject({
    status: 503,
    json: { error: { code: "service_not_ready", details: { reasons: ["no_authority"] } } },
  });
  expect((await service.get("/healthz")).status).toBe(200);
  git(dir, ["branch", "live", commit]);
  await service.settles(commit);
  expect(await service.get("/readyz")).toMatchObject({
    status: 200,
    json: {
      status: "ready",
      sovereign_id: "ACME",
      applied_commit: commit,
      source_commit: commit,
      active_edge_count: 1,
    },
  });
});

test("a signature that was tampered with makes it not ready, until the controller has healed it", async () => {
  const dir = await trustRepository();
  const commit = commitTreaties(dir, ["globex", "initech"]);
  const service = await Service.start(["--repo", dir], DAILY);
  await service.settles(commit);
  expect((await service.get("/readyz")).status).toBe(200);

  const db = new Database(join(dir, ".concordat/na.db"));
  const id = db
    .prepare(
      `UPDATE recognition_treaties SET treaty_json = replace(treaty_json, 'role:client', 'role:bridge')
       WHERE subject_sovereign_id = 'GLOBEX' RETURNING treaty_id`,
    )
    .pluck()
    .get();
  db.close();
  const tampered = await service.waitForReply("/readyz", ({ status }) => status === 503);
  expect(tampered.json).toMatchObject({
    error: {
      code: "service_not_ready",
      details: { reasons: ["state_unverified"], unverified: [`treaty ${String(id)}`] },
    },
  });

  service.signal("SIGHUP");
  await service.waitForReply("/readyz", ({ status }) => status === 200);
  expect(await service.status()).toMatchObject({ applied_commit: commit });
  await service.logs({ msg: "drift resolved" });
  expect((await service.get("/connectome.json")).json).toMatchObject({
    summary: { active_edge_count: 2 },
  });
});
