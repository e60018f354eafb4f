import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Desired, DesiredTreaty, SafetyPolicy } from "../../../src/model/desired.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { attestation, authority, desired, POLICY, treaty } from "../../helpers/desired.js";
import { outOfBand } from "../../helpers/out-of-band.js";
import { World } from "../../helpers/world.js";

const DAY = 86_400;

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const wanted = (given: Partial<DesiredTreaty> = {}, policy: Partial<SafetyPolicy> = {}): Desired =>
  desired({
    authority: authority({ policy: { ...POLICY, ...policy } }),
    treaties: [treaty("globex", "globex", given)],
  });
const drift = (tree: Desired) => world.plan(tree).plan.drift;

describe("an object that git asks for and whose end has passed", () => {
  test("is drift from its last second on, and only reported", () => {
    const tree = desired({
      treaties: [treaty("globex", "globex")],
      attestations: [attestation("sam")],
    });
    world.apply(tree);
    world.pass(7 * DAY - 1);
    expect(drift(tree)).toEqual([]);
    world.pass(1);
    expect(world.plan(tree).plan).toMatchObject({
      verdict: "no_changes",
      drift: [
        { class: "expired", kind: "MembershipAttestation", name: "sam", disposition: "report" },
        { class: "expired", kind: "RecognitionTreaty", name: "globex", disposition: "report" },
      ],
      skipped: [{ reason: "expired" }, { reason: "expired" }],
    });
  });

  test("is drift too when the tree itself says that it ended", () => {
    const until = parseTimestamp("2026-11-24T00:00:00Z");
    const tree = wanted({ validity: { from: null, until, duration: null } });
    world.apply(tree);
    world.pass(DAY);
    expect(drift(tree)).toMatchObject([{ class: "expired" }]);
  });

  test("is no drift while this plan renews it, and is where the limit forbids the renewal", () => {
    const tree = wanted({ renewBefore: DAY });
    world.apply(tree);
    world.pass(8 * DAY);
    expect(world.plan(tree).plan).toMatchObject({ changes: [{ action: "renew" }], drift: [] });
    const limit = { maxValidity: { treaty: DAY, attestation: DAY } };
    const lowered = wanted({ renewBefore: DAY }, limit);
    world.pass(-8 * DAY);
    world.apply(lowered);
    world.pass(8 * DAY);
    expect(drift(lowered)).toMatchObject([{ class: "expired" }]);
  });

  test("is no drift while this plan replaces it, and is while the replacement waits", () => {
    const freeze = [
      {
        from: parseTimestamp("2026-12-01T00:00:00Z"),
        until: parseTimestamp("2026-12-03T00:00:00Z"),
        reason: "audit week",
      },
    ];
    const wider = wanted({ allowedRoles: ["role:client", "role:operator"] }, { freeze });
    world.apply(wanted({}, { freeze }));
    world.pass(8 * DAY);
    expect(world.plan(wider).plan).toMatchObject({
      changes: [],
      drift: [{ class: "expired" }],
      skipped: [{ reason: "frozen" }],
    });
    world.pass(2 * DAY);
    expect(world.plan(wider).plan).toMatchObject({ changes: [{ action: "replace" }], drift: [] });
  });

  test("that drifted otherwise is told once", () => {
    const tree = wanted({}, { selfHeal: "off" });
    world.apply(tree);
    outOfBand(world, "UPDATE recognition_treaties SET status='suspended'");
    world.pass(8 * DAY);
    expect(drift(tree)).toMatchObject([{ class: "suspended" }]);
    outOfBand(world, "UPDATE recognition_treaties SET status='active', treaty_json='{}'");
    expect(drift(tree)).toMatchObject([{ class: "altered", disposition: "report" }]);
  });
});

test("what left the tree, or was never issued, is no drift", () => {
  world.apply(wanted());
  world.pass(8 * DAY);
  expect(drift(desired())).toEqual([]);
  const until = parseTimestamp("2026-11-24T00:00:00Z");
  const late = treaty("initech", "initech", { validity: { from: null, until, duration: null } });
  expect(drift(desired({ treaties: [late] }))).toEqual([]);
});
