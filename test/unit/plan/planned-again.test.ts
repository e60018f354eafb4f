import { afterEach, beforeEach, expect, test } from "vitest";
import type { Desired } from "../../../src/model/desired.js";
import type { Plan } from "../../../src/model/plan.js";
import type { Snapshot, TreatyRecord } from "../../../src/model/state.js";
import { NO_ALLOWANCES } from "../../../src/plan/gates.js";
import { makePlan } from "../../../src/plan/plan.js";
import { attestation, desired, treaty } from "../../helpers/desired.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const wanted = desired({
  treaties: [treaty("globex", "globex"), treaty("initech", "initech")],
  attestations: [attestation("sam")],
});

function planOf(tree: Desired, snapshot: Snapshot): Plan {
  const { now } = world;
  return makePlan({
    desired: tree,
    snapshot,
    now,
    ref: "main",
    dirty: false,
    version: "0.0.0",
    approvals: 0,
    allowances: NO_ALLOWANCES,
  }).plan;
}

/** The snapshot with one treaty's row in another form, and all other rows the same objects. */
function withRow(snapshot: Snapshot, given: Partial<TreatyRecord>): Snapshot {
  const [first, ...others] = snapshot.treaties;
  return first === undefined
    ? snapshot
    : { ...snapshot, treaties: [{ ...first, ...given }, ...others] };
}

test("the same objects and copies of them give the same plan", () => {
  world.apply(wanted);
  const { snapshot } = world;
  const plan = planOf(wanted, snapshot);
  expect(planOf(wanted, snapshot)).toEqual(plan);
  expect(planOf(structuredClone(wanted), structuredClone(snapshot))).toEqual(plan);
});

test.each<readonly [string, Partial<TreatyRecord>, readonly string[]]>([
  ["another text", { json: "{}" }, ["altered"]],
  ["another end", { expiresAt: "2026-11-25T00:00:00+00:00" }, ["altered"]],
  ["another subject", { subject: "HOOLI" }, ["altered"]],
  ["another status", { status: "suspended" }, ["suspended"]],
])("a row that is another object with %s is read anew", (_what, given, classes) => {
  world.apply(wanted);
  const { snapshot } = world;
  expect(planOf(wanted, snapshot).drift).toEqual([]);
  const { drift } = planOf(wanted, withRow(snapshot, given));
  expect(drift.map((item) => item.class)).toEqual(classes);
  expect(planOf(wanted, snapshot).drift).toEqual([]);
});

test("a treaty that is another object is compared anew, and the others stand", () => {
  world.apply(wanted);
  const { snapshot } = world;
  expect(planOf(wanted, snapshot).changes).toEqual([]);
  const [first, ...others] = wanted.treaties;
  const edited = first === undefined ? [] : [{ ...first, allowedRoles: ["role:operator"] }];
  const { changes } = planOf({ ...wanted, treaties: [...edited, ...others] }, snapshot);
  expect(changes).toMatchObject([{ action: "replace", name: "globex" }]);
});
