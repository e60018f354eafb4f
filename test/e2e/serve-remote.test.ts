import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commitTreaties, run } from "../helpers/cli.js";
import { commitFiles, git, temporaryFolder } from "../helpers/git.js";
import { CAN_SERVE_HTTPS, startGitRemote } from "../helpers/git-remote.js";
import { hookEnvironment, ring } from "../helpers/hook.js";
import { publishedTrust, type PublishedTrust } from "../helpers/published-trust.js";
import { Service } from "../helpers/service.js";

if (!CAN_SERVE_HTTPS) console.warn("skipped: git-http-backend or openssl is missing");

async function follow({ args, env }: PublishedTrust): Promise<Service> {
  return await Service.start(args, { env: { ...env, ...hookEnvironment() } });
}

describe.runIf(CAN_SERVE_HTTPS)("a remote over https", () => {
  test("is fetched, applied and served, and so is a push that a webhook tells of", async () => {
    const trust = await publishedTrust();
    const { dir, db, remote, push } = trust;
    const first = commitTreaties(dir, ["globex"]);
    push();
    const service = await follow(trust);
    await service.settles(first);
    expect(service.announcement).toMatchObject({ source: remote.url });
    expect(existsSync(`${db}.git/HEAD`)).toBe(true);
    const second = commitTreaties(dir, ["initech"]);
    push();
    expect(await ring(service.address)).toMatchObject({ status: 202 });
    await service.settles(second);
    expect((await service.get("/connectome.json")).json).toMatchObject({
      summary: { active_edge_count: 2 },
    });
    expect(await service.stop()).toBe(0);
  });

  test("that was force-pushed halts, until its history is accepted", async () => {
    const trust = await publishedTrust();
    const { dir, db, push } = trust;
    const base = git(dir, ["rev-parse", "HEAD"]);
    const reviewed = commitTreaties(dir, ["globex"]);
    push();
    const service = await follow(trust);
    await service.settles(reviewed);
    git(dir, ["reset", "--quiet", "--hard", base]);
    const rewritten = commitTreaties(dir, ["initech"]);
    push();
    await ring(service.address);
    await service.becomes("Stalled", "True", "HistoryRewritten");
    expect(await service.status()).toMatchObject({
      observed_commit: rewritten,
      applied_commit: reviewed,
      trusted_commit: reviewed,
    });
    expect((await service.get("/connectome.json")).json).toMatchObject({
      recognition_edges: [{ to: "GLOBEX", lifecycle_state: "active" }],
    });
    const resume = ["resume", "--db", db];
    expect((await run(resume)).stdout).toContain("NOT READY");
    expect((await run([...resume, "--accept-history"])).code).toBe(64);
    const reason = "cleaned after review 41";
    const accepted = await run([...resume, "--accept-history", "--reason", reason, "--json"]);
    expect(accepted).toMatchObject({ code: 0, stderr: "" });
    expect(accepted.json()).toMatchObject({ trusted_commit: rewritten });
    await service.settles(rewritten);
    const { stdout } = await run([
      "audit",
      "export",
      "--db-path",
      db,
      "--output",
      "-",
      "--event-type",
      "history_accepted",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      details: { from: reviewed, to: rewritten, reason },
    });
  });

  test("that goes down is served on as it was, and followed again when it is back", async () => {
    const trust = await publishedTrust();
    const { dir, bare, remote, push } = trust;
    const first = commitTreaties(dir, ["globex"]);
    push();
    const service = await follow(trust);
    await service.settles(first);
    const before = (await service.get("/connectome.json")).json;
    await remote.close();
    await ring(service.address);
    await service.becomes("Reconciling", "True");
    expect(await service.condition("Ready")).toMatchObject({
      status: "False",
      reason: "FetchFailed",
    });
    expect(await service.condition("SourceVerified")).toMatchObject({ reason: "FetchFailed" });
    expect((await service.get("/connectome.json")).json).toEqual(before);
    expect((await service.get("/readyz")).status).toBe(200);
    const second = commitFiles(dir, {});
    push();
    await startGitRemote(bare, Number(new URL(remote.url).port));
    // Nobody wakes it: it tries again by itself.
    await service.settles(second);
  });

  test("that is not there at the start is waited for", async () => {
    const trust = await publishedTrust();
    const { dir, bare, remote } = trust;
    await remote.close();
    const service = await follow(trust);
    await service.becomes("Ready", "False", "FetchFailed");
    expect((await service.get("/readyz")).status).toBe(503);
    await startGitRemote(bare, Number(new URL(remote.url).port));
    await service.settles(git(dir, ["rev-parse", "HEAD"]));
    expect((await service.get("/readyz")).status).toBe(200);
  });

  test("that asks for a token gets the one of the file, and nobody else does", async () => {
    const trust = await publishedTrust();
    const { dir, db, args, env, remote } = trust;
    const token = "a-token-of-this-test-and-of-no-other";
    const tokenFile = join(temporaryFolder(), "git.token");
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    remote.behave({ requireToken: token });
    const refused = await Service.start(args, { env });
    await refused.becomes("Ready", "False", "FetchFailed");
    expect(await refused.stop()).toBe(0);

    const service = await Service.start(args, {
      env: { ...env, CONCORDAT_GIT_TOKEN_FILE: tokenFile },
    });
    const status = await service.settles(git(dir, ["rev-parse", "HEAD"]));
    expect(JSON.stringify(status)).not.toContain(token);
    expect(service.stdout + service.stderr).not.toContain(token);
    expect(readFileSync(`${db}.git/config`, "utf8")).not.toContain(token);
    expect(await service.stop()).toBe(0);
  });
});
