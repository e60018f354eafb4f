import { join } from "node:path";
import { expect, test } from "vitest";
import { commitTreaties, run, treatyWith, trustRepository } from "../helpers/cli.js";
import { commitFiles, git, temporaryFolder } from "../helpers/git.js";
import { publishedTrust } from "../helpers/published-trust.js";
import { Service } from "../helpers/service.js";

const DAILY = { env: { CONCORDAT_INTERVAL: "1d" } };

test("a commit to a local repository is served without being asked for", async () => {
  const dir = await trustRepository();
  const service = await Service.start(["--repo", dir], DAILY);
  await service.settles(git(dir, ["rev-parse", "HEAD"]));
  const commit = commitTreaties(dir, ["globex"]);
  await service.settles(commit);
  expect((await service.get("/connectome.json")).json).toMatchObject({
    recognition_edges: [{ from: "ACME", to: "GLOBEX" }],
  });
  await service.waitFor(
    ({ next_run_at, updated_at }) => next_run_at !== null && next_run_at > updated_at,
    "it says when it looks again",
  );
  const [newest] = (await service.status()).runs.filter(({ outcome }) => outcome === "applied");
  expect(newest).toMatchObject({ trigger: "refs", commit });
});

test("a branch that is not checked out is followed, and the one that is, is not", async () => {
  const dir = await trustRepository();
  git(dir, ["branch", "live"]);
  const service = await Service.start(["--repo", dir, "--ref", "live"], DAILY);
  await service.settles(git(dir, ["rev-parse", "live"]));
  const commit = commitTreaties(dir, ["globex"]);
  await service.logs({ msg: "fetch done" });
  expect(await service.status()).not.toMatchObject({ observed_commit: commit });
  git(dir, ["branch", "--force", "live", commit]);
  await service.settles(commit);
});

test("a bare repository is followed as pushes fill it", async () => {
  const dir = await trustRepository();
  const bare = join(temporaryFolder(), "trust.git");
  git(dir, ["clone", "--quiet", "--bare", dir, bare]);
  const key = join(dir, ".concordat/keys/authority.key");
  const db = join(temporaryFolder(), "na.db");
  const args = ["--repo", bare, "--db", db, "--authority-key", key];
  const service = await Service.start(args, DAILY);
  await service.settles(git(bare, ["rev-parse", "main"]));
  const commit = commitTreaties(dir, ["globex"]);
  git(dir, ["push", "--quiet", bare, "main"]);
  await service.settles(commit);
  expect(await service.status()).toMatchObject({ applied_commit: commit });
});

test("a commit that does not validate changes nothing, and the next one is applied", async () => {
  const dir = await trustRepository();
  const good = commitTreaties(dir, ["globex"]);
  const service = await Service.start(["--repo", dir], DAILY);
  await service.settles(good);
  const before = (await service.get("/connectome.json")).json;
  const bad = commitFiles(dir, { "treaties/globex.yaml": "kind: Nothing\n" });
  await service.becomes("Stalled", "True", "ValidationFailed");
  expect(await service.status()).toMatchObject({ observed_commit: bad, applied_commit: good });
  expect((await service.get("/connectome.json")).json).toEqual(before);
  expect((await service.get("/readyz")).status).toBe(200);
  const fixed = commitFiles(dir, { "treaties/globex.yaml": treatyWith("globex", ["role:bridge"]) });
  await service.settles(fixed);
});

test("a remote is looked at when SIGHUP or reconcile --now asks for it", async () => {
  const { dir, db, args, env, push } = await publishedTrust();
  const service = await Service.start([...args, "--log-level", "debug"], { env });
  await service.settles(git(dir, ["rev-parse", "HEAD"]));

  const first = commitTreaties(dir, ["globex"]);
  push();
  service.signal("SIGHUP");
  await service.settles(first);
  expect(service.logged({ msg: "run started", trigger: "signal" })).not.toEqual([]);

  const second = commitTreaties(dir, ["initech"]);
  push();
  const now = await run(["reconcile", "--now", "--db", db, "--json"], { cwd: dir });
  expect(now).toMatchObject({ code: 0, stderr: "" });
  expect(now.json()).toMatchObject({ trigger: "request", outcome: "applied", commit: second });
  expect(await service.status()).toMatchObject({ applied_commit: second });
  expect(await service.stop()).toBe(0);
});

test("what one plan may remove beyond its limit is let through by reconcile --now", async () => {
  const dir = await trustRepository();
  const names = ["one", "two", "three", "four", "five", "six"];
  const full = commitTreaties(dir, names);
  const service = await Service.start(["--repo", dir], DAILY);
  await service.settles(full);
  git(dir, ["rm", "--quiet", "-r", ...names.map((name) => `treaties/${name}.yaml`)]);
  const fewer = commitFiles(dir, {});
  await service.becomes("Stalled", "True", "ThresholdExceeded");
  const now = [
    "reconcile",
    "--now",
    "--json",
    "--control-socket",
    join(dir, ".concordat/na.db.sock"),
  ];
  const refused = await run(now);
  expect(refused.code).toBe(3);
  expect(refused.json()).toMatchObject({ outcome: "stalled", reason: "ThresholdExceeded" });
  const allowed = await run([...now, "--allow-removals", "12", "--allow-lost-paths", "50"]);
  expect(allowed.code).toBe(0);
  await service.settles(fewer);
  expect((await service.get("/connectome.json")).json).toMatchObject({
    summary: { active_edge_count: 0 },
  });
});
