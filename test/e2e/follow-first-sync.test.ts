import { expect, test } from "vitest";
import { follow } from "../helpers/followed.js";
import { treatyYaml, TrustRepository } from "../helpers/trust-repository.js";

test("the first pass makes the state from the commit, and the next ones find nothing new", async () => {
  const repository = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
  const followed = await follow(repository);
  expect((await followed.condition("Ready")).status).toBe("Unknown");

  const first = await followed.pass();
  expect(first).toMatchObject({ outcome: "applied", reason: "Succeeded" });
  expect(followed.snapshot.treaties).toMatchObject([{ subject: "GLOBEX", status: "active" }]);
  expect(followed.published).toEqual([followed.snapshot.generation]);

  expect((await followed.pass()).outcome).toBe("no_changes");
  const { generation } = followed.snapshot;
  expect((await followed.pass()).outcome).toBe("unchanged");
  expect(followed.snapshot.generation).toBe(generation);

  const status = await followed.status();
  expect(status).toMatchObject({
    observed_commit: first.commit,
    attempted_commit: first.commit,
    applied_commit: first.commit,
    trusted_commit: first.commit,
    generation,
    state_digest: followed.snapshot.digest,
    drift_count: 0,
  });
  expect(
    status.conditions.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`),
  ).toEqual([
    "Ready=True Succeeded",
    "Reconciling=False Succeeded",
    "Stalled=False Succeeded",
    "SourceVerified=True Succeeded",
    "Drifted=False NoDrift",
    "Suspended=False NotSuspended",
    "Frozen=False NoFreeze",
    "FeedsFresh=True NoFeeds",
  ]);
  // Newest first; a pass that finds nothing new is none.
  expect(status.runs.map((run) => run.outcome)).toEqual(["no_changes", "applied"]);
});

test("each phase is told with the id of its run", async () => {
  const followed = await follow(new TrustRepository());
  const run = await followed.pass();
  const phases = followed.events.flatMap((event) =>
    event.type === "phase" && event.run === run.id ? [`${event.phase} ${event.outcome}`] : [],
  );
  expect(phases).toEqual([
    "fetch ok",
    "verify ok",
    "desired ok",
    "plan ok",
    "gate ok",
    "apply ok",
    "publish ok",
  ]);
});

test("what was applied is looked at again at once, and then at the interval", async () => {
  const followed = await follow(new TrustRepository());
  await followed.pass();
  expect(followed.controller.schedule()).toEqual({ at: followed.clock.now(), trigger: "due" });
  await followed.pass();
  expect(followed.controller.schedule().trigger).toBe("interval");
});
