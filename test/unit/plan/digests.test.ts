import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makePlan } from "../../../src/plan/plan.js";
import { NO_ALLOWANCES } from "../../../src/plan/gates.js";
import { desired, feed, signedFeed, treaty } from "../../helpers/desired.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const wanted = desired({ treaties: [treaty("globex", "globex")] });

describe("the digests of a plan", () => {
  test("do not depend on when it was made", () => {
    const first = world.plan(wanted).plan;
    world.pass(3_600);
    const second = world.plan(wanted).plan;
    expect(second.created_at).not.toBe(first.created_at);
    expect(second.plan_digest).toBe(first.plan_digest);
  });

  test("survive a squash merge: the change digest names the tree, not the commit", () => {
    const squashed = { ...wanted, commit: "f".repeat(40) };
    expect(world.plan(squashed).plan.change_digest).toBe(world.plan(wanted).plan.change_digest);
  });

  test("change with the tree even when no change follows from it", () => {
    const other = { ...wanted, tree: "e".repeat(40) };
    expect(world.plan(other).plan.change_digest).not.toBe(world.plan(wanted).plan.change_digest);
  });

  test("tell the change from the state: an unrelated import moves only the state and the plan", () => {
    const imported = feed("globex-1", signedFeed("globex", 1, ["a"]));
    const { snapshot } = world;
    const before = world.plan(wanted).plan;
    world.apply(desired({ feeds: [imported] }));
    const moved = {
      ...snapshot,
      importedRevocations: world.snapshot.importedRevocations,
      digest: world.snapshot.digest,
    };
    const { plan } = makePlan({
      desired: wanted,
      snapshot: moved,
      now: world.now,
      ref: "main",
      dirty: false,
      version: "0.0.0",
      approvals: 0,
      allowances: NO_ALLOWANCES,
    });
    expect(plan.change_digest).toBe(before.change_digest);
    expect(plan.plan_digest).not.toBe(before.plan_digest);
  });
});
