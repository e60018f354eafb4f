import { expect, test } from "vitest";
import { follow } from "../helpers/followed.js";
import { git } from "../helpers/git.js";
import { treatyYaml, TrustRepository } from "../helpers/trust-repository.js";

test("a new commit is applied; of several the newest wins", async () => {
  const repository = new TrustRepository();
  const followed = await follow(repository);
  await followed.pass();
  repository.commit({ "treaties/globex.yaml": treatyYaml("globex") });
  const head = repository.commit({ "treaties/initech.yaml": treatyYaml("initech") });
  expect(await followed.pass()).toMatchObject({ outcome: "applied", commit: head });
  expect(followed.snapshot.treaties).toHaveLength(2);
  expect(followed.audit("plan_applied")).toHaveLength(2);
});

test("a commit that changes nothing is trusted from then on", async () => {
  const repository = new TrustRepository();
  const followed = await follow(repository);
  await followed.pass();
  git(repository.dir, ["commit", "--quiet", "--allow-empty", "--message", "nothing"]);
  const head = git(repository.dir, ["rev-parse", "HEAD"]);
  expect((await followed.pass()).outcome).toBe("no_changes");
  expect(await followed.status()).toMatchObject({ observed_commit: head, trusted_commit: head });
});

test("the branch that is named is followed, whatever is checked out", async () => {
  const repository = new TrustRepository();
  const followed = await follow(repository, { ref: "main" });
  await followed.pass();
  git(repository.dir, ["switch", "--quiet", "--create", "draft"]);
  repository.commit({ "treaties/globex.yaml": treatyYaml("globex") });
  await followed.pass();
  expect(followed.snapshot.treaties).toEqual([]);
});
