import { renameSync } from "node:fs";
import { expect, test } from "vitest";
import { follow } from "../helpers/followed.js";
import { treatyYaml, TrustRepository } from "../helpers/trust-repository.js";

test("a bad commit between two good ones changes nothing, is told once, and is passed over", async () => {
  const repository = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
  const followed = await follow(repository);
  const good = await followed.pass();
  await followed.pass();
  const before = followed.snapshot;

  const bad = repository.commit({ "treaties/initech.yaml": "kind: Treaty\n" });
  expect(await followed.pass()).toMatchObject({
    outcome: "stalled",
    reason: "ValidationFailed",
    commit: bad,
  });
  expect(followed.snapshot).toEqual(before);
  expect(await followed.condition("Stalled")).toMatchObject({
    status: "True",
    reason: "ValidationFailed",
    observed_commit: bad,
  });
  expect(await followed.condition("Ready")).toMatchObject({ status: "False" });
  expect(await followed.condition("SourceVerified")).toMatchObject({ status: "True" });
  expect(await followed.status()).toMatchObject({ trusted_commit: good.commit });

  // Nothing but another input helps: it is not planned again, and nobody is told again.
  expect((await followed.pass()).outcome).toBe("unchanged");
  expect(await followed.condition("Stalled")).toMatchObject({ status: "True" });
  expect(followed.controller.schedule().trigger).toBe("interval");
  expect(followed.audit("reconcile_refused")).toMatchObject([
    { details: { commit: bad, reason: "ValidationFailed", guards: ["validation_failed"] } },
  ]);
  expect(followed.events.filter((event) => event.type === "refused")).toHaveLength(1);

  const head = repository.commit({ "treaties/initech.yaml": treatyYaml("initech") });
  expect(await followed.pass()).toMatchObject({ outcome: "applied", commit: head });
  expect(followed.snapshot.treaties).toHaveLength(2);
  expect(await followed.condition("Ready")).toMatchObject({ status: "True" });
  expect(await followed.condition("Stalled")).toMatchObject({ status: "False" });
});

test("a controller that starts over a bad head does not record the refusal again", async () => {
  const repository = new TrustRepository();
  const first = await follow(repository);
  await first.pass();
  repository.commit({ "treaties/initech.yaml": "kind: Treaty\n" });
  await first.pass();
  const since = (await first.condition("Stalled")).last_transition_time;
  await first.close();
  const second = await follow(repository, { clock: first.clock });
  first.clock.pass(3_600);
  await second.pass();
  expect(await second.condition("Stalled")).toMatchObject({ last_transition_time: since });
  expect(second.audit("reconcile_refused")).toHaveLength(1);
});

test("a refusal is recorded once, though the source was away or nothing was followed in between", async () => {
  const repository = new TrustRepository();
  const followed = await follow(repository);
  await followed.pass();
  repository.commit({ "treaties/initech.yaml": "kind: Treaty\n" });
  await followed.pass();
  renameSync(`${repository.dir}/.git`, `${repository.dir}/away`);
  expect((await followed.pass()).reason).toBe("FetchFailed");
  renameSync(`${repository.dir}/away`, `${repository.dir}/.git`);
  expect((await followed.pass()).reason).toBe("ValidationFailed");
  await followed.controller.suspend({ by: "ana@desk", reason: "INC-7", until: null });
  await followed.pass();
  await followed.controller.resume({ by: "ana@desk", reason: null, acceptHistory: false });
  expect((await followed.condition("Stalled")).reason).toBe("ValidationFailed");
  expect(followed.audit("reconcile_refused")).toHaveLength(1);
});
