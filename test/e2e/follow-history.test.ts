import { renameSync } from "node:fs";
import { expect, test } from "vitest";
import { follow, type Followed } from "../helpers/followed.js";
import { git } from "../helpers/git.js";
import { treatyYaml, TrustRepository } from "../helpers/trust-repository.js";

interface Rewritten {
  readonly repository: TrustRepository;
  readonly followed: Followed;
  readonly trusted: string;
  readonly head: string;
}

/** A force push takes back the reviewed treaty, and brings another. */
async function rewritten(): Promise<Rewritten> {
  const repository = new TrustRepository();
  const followed = await follow(repository);
  await followed.pass();
  const base = git(repository.dir, ["rev-parse", "HEAD"]);
  const trusted = repository.commit({ "treaties/globex.yaml": treatyYaml("globex") });
  await followed.pass();
  await followed.pass();
  git(repository.dir, ["reset", "--quiet", "--hard", base]);
  const head = repository.commit({ "treaties/initech.yaml": treatyYaml("initech") });
  return { repository, followed, trusted, head };
}

test("a rewritten history halts, and keeps the last good state", async () => {
  const { followed, trusted, head } = await rewritten();
  expect(await followed.pass()).toMatchObject({ outcome: "stalled", reason: "HistoryRewritten" });
  expect(followed.snapshot.treaties).toMatchObject([{ subject: "GLOBEX", status: "active" }]);
  expect(await followed.condition("SourceVerified")).toMatchObject({
    status: "False",
    reason: "HistoryRewritten",
  });
  expect(await followed.status()).toMatchObject({ observed_commit: head, trusted_commit: trusted });
  expect(followed.audit("reconcile_refused")).toHaveLength(1);
});

test("further commits on the rewritten branch change nothing", async () => {
  const { repository, followed } = await rewritten();
  await followed.pass();
  repository.commit({ "treaties/globex.yaml": treatyYaml("globex", "role:bridge") });
  expect(await followed.pass()).toMatchObject({ outcome: "stalled", reason: "HistoryRewritten" });
});

test("an ordinary resume does not accept it; --accept-history does, and the audit says who and why", async () => {
  const { followed, trusted, head } = await rewritten();
  await followed.pass();
  await followed.controller.resume({ by: "ana@desk", reason: null, acceptHistory: false });
  expect((await followed.condition("Ready")).reason).toBe("HistoryRewritten");
  const reason = "cleaned after review 41";
  await followed.controller.resume({ by: "ana@desk", reason, acceptHistory: true });
  expect(await followed.condition("Ready")).toMatchObject({ status: "True" });
  expect(followed.audit("history_accepted")).toMatchObject([
    { details: { from: trusted, to: head, by: "ana@desk", reason } },
  ]);
  const active = followed.snapshot.treaties.filter(({ status }) => status === "active");
  expect(active).toMatchObject([{ subject: "INITECH" }]);
});

test("what is accepted is the head that was looked at, not one that took its place since", async () => {
  const { repository, followed, trusted } = await rewritten();
  await followed.pass();
  git(repository.dir, ["reset", "--quiet", "--hard", "HEAD~1"]);
  repository.commit({ "treaties/evil.yaml": treatyYaml("initech", "role:operator") });
  await followed.controller.resume({ by: "ana@desk", reason: "reviewed", acceptHistory: true });
  expect((await followed.condition("Ready")).reason).toBe("HistoryRewritten");
  expect((await followed.status()).trusted_commit).toBe(trusted);
});

test("a head that goes back to an older commit is a rewrite as well", async () => {
  const repository = new TrustRepository();
  const followed = await follow(repository);
  repository.commit({ "treaties/globex.yaml": treatyYaml("globex") });
  await followed.pass();
  git(repository.dir, ["reset", "--quiet", "--hard", "HEAD~1"]);
  expect(await followed.pass()).toMatchObject({ outcome: "stalled", reason: "HistoryRewritten" });
});

test("a merge that contains the trusted commit goes on", async () => {
  const repository = new TrustRepository();
  const followed = await follow(repository);
  await followed.pass();
  git(repository.dir, ["switch", "--quiet", "--create", "side"]);
  repository.commit({ "treaties/globex.yaml": treatyYaml("globex") });
  git(repository.dir, ["switch", "--quiet", "main"]);
  git(repository.dir, ["merge", "--quiet", "--no-ff", "--message", "merge", "side"]);
  expect(await followed.pass()).toMatchObject({ outcome: "applied" });
});

test("which head was looked at outlives a fetch that failed and the process", async () => {
  const { repository, followed, trusted } = await rewritten();
  await followed.pass();
  renameSync(`${repository.dir}/.git`, `${repository.dir}/away`);
  await followed.pass();
  await followed.close();
  renameSync(`${repository.dir}/away`, `${repository.dir}/.git`);
  git(repository.dir, ["reset", "--quiet", "--hard", "HEAD~1"]);
  repository.commit({ "treaties/evil.yaml": treatyYaml("initech", "role:operator") });
  const second = await follow(repository, { clock: followed.clock });
  await second.controller.resume({ by: "ana@desk", reason: "reviewed", acceptHistory: true });
  expect((await second.status()).trusted_commit).toBe(trusted);
});
