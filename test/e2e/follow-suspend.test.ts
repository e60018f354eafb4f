import { expect, test } from "vitest";
import { fromInstant, plusSeconds } from "../../src/protocol/instant.js";
import { openSource, type Source } from "../../src/git/source.js";
import { follow, type Followed } from "../helpers/followed.js";
import { treatyYaml, TrustRepository } from "../helpers/trust-repository.js";

test("a suspended controller applies nothing until its time is over, and the audit has both ends", async () => {
  const repository = new TrustRepository();
  const followed = await follow(repository);
  await followed.pass();
  const until = fromInstant(plusSeconds(followed.clock.now(), 7_200));
  await followed.controller.suspend({ by: "ana@desk", reason: "INC-7", until });
  repository.commit({ "treaties/globex.yaml": treatyYaml("globex") });
  expect(await followed.pass()).toMatchObject({
    outcome: "suspended",
    message: expect.stringMatching(/ until .*Z, by ana@desk: INC-7$/),
  });
  expect(followed.snapshot.treaties).toEqual([]);
  expect(await followed.condition("Suspended")).toMatchObject({ status: "True" });
  expect((await followed.status()).suspension).toMatchObject({ by: "ana@desk", reason: "INC-7" });

  followed.clock.pass(7_199);
  expect((await followed.pass()).outcome).toBe("suspended");
  followed.clock.pass(1);
  expect((await followed.pass()).outcome).toBe("applied");
  expect(await followed.condition("Suspended")).toMatchObject({ status: "False" });
  expect(followed.audit("reconcile_suspended")).toMatchObject([
    { details: { by: "ana@desk", reason: "INC-7", until } },
  ]);
  expect(followed.audit("reconcile_resumed")).toMatchObject([{ details: { expired: true } }]);
});

test("the loop wakes when a suspension ends", async () => {
  const followed = await follow(new TrustRepository());
  await followed.pass();
  await followed.pass();
  const until = plusSeconds(followed.clock.now(), 10);
  await followed.controller.suspend({ by: "ana", reason: "x", until: fromInstant(until) });
  expect(followed.controller.schedule()).toEqual({ at: until, trigger: "due" });
});

test("resume ends it before, and runs at once", async () => {
  const repository = new TrustRepository();
  const followed = await follow(repository);
  await followed.controller.suspend({ by: "ana@desk", reason: "INC-7", until: null });
  expect((await followed.pass()).outcome).toBe("suspended");
  const status = await followed.controller.resume({
    by: "ben@desk",
    reason: "looked at",
    acceptHistory: false,
  });
  expect(status.suspension).toBeNull();
  expect(followed.snapshot.authority).not.toBeNull();
  expect(followed.audit("reconcile_resumed")).toMatchObject([
    { details: { by: "ben@desk", reason: "looked at", expired: false } },
  ]);
});

test("it outlives the process, and an operator's own run does not get around it", async () => {
  const repository = new TrustRepository();
  const first = await follow(repository);
  await first.controller.suspend({ by: "ana@desk", reason: "INC-7", until: null });
  await first.close();
  const second = await follow(repository);
  const request = { by: "ben@desk", allowRemovals: null, allowLostPaths: null };
  expect((await second.controller.reconcile(request)).outcome).toBe("suspended");
  expect(await second.condition("Suspended")).toMatchObject({ status: "True" });
});

test("one that is suspended in the middle of a pass applies nothing in it", async () => {
  const repository = new TrustRepository();
  const source = await openSource({ repo: repository.dir, ref: null, mirror: "" });
  let followed: Followed | null = null;
  const suspending: Source = {
    display: source.display,
    isRemote: source.isRemote,
    head: async () => await source.head(),
    files: async (tree) => {
      await followed?.controller.suspend({ by: "ana@desk", reason: "INC-7", until: null });
      return await source.files(tree);
    },
    read: async (blobs) => await source.read(blobs),
    isAncestor: async (ancestor, commit) => await source.isAncestor(ancestor, commit),
    watch: async (onChange) => await source.watch(onChange),
    stop: async () => await source.stop(),
  };
  followed = await follow(repository, { ports: { source: suspending } });
  expect((await followed.pass()).outcome).toBe("suspended");
  expect(followed.snapshot.authority).toBeNull();
});

test("a suspension without an end is not woken by what falls due", async () => {
  const followed = await follow(new TrustRepository());
  await followed.pass();
  await followed.controller.suspend({ by: "ana", reason: "x", until: null });
  expect(followed.controller.schedule().trigger).toBe("interval");
});

test("one that is suspended in the middle of a pass that finds nothing new says so", async () => {
  let suspend = (): void => {};
  const followed = await follow(new TrustRepository(), {
    ports: { observe: ({ type }) => (type === "phase" ? suspend() : undefined) },
  });
  await followed.pass();
  await followed.pass();
  suspend = () => {
    void followed.controller.suspend({ by: "ana@desk", reason: "INC-7", until: null });
  };
  expect((await followed.pass()).outcome).toBe("unchanged");
  expect(await followed.condition("Suspended")).toMatchObject({ status: "True" });
});

test("a suspension that somebody took out of the state is over", async () => {
  const followed = await follow(new TrustRepository());
  await followed.pass();
  await followed.pass();
  const until = fromInstant(plusSeconds(followed.clock.now(), 10));
  await followed.controller.suspend({ by: "ana@desk", reason: "INC-7", until });
  followed.outOfBand("DELETE FROM concordat_suspension");
  followed.clock.pass(10);
  await followed.pass();
  expect(await followed.condition("Suspended")).toMatchObject({ status: "False" });
  expect(followed.controller.schedule().at > followed.clock.now()).toBe(true);
});
