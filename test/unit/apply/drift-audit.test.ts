/** What stands in the audit about a state that drifts: each drift once when it appears, and once when it ends. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyPlan } from "../../../src/apply/apply.js";
import { noteDrift, type DriftChanges } from "../../../src/apply/drift-ledger.js";
import type { Desired, SafetyPolicy } from "../../../src/model/desired.js";
import { NO_ALLOWANCES } from "../../../src/plan/gates.js";
import { fromInstant } from "../../../src/protocol/instant.js";
import {
  authority,
  desired,
  operatorKey,
  OWN,
  POLICY,
  revocation,
  sovereign,
  treaty,
} from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { foreignTreaty, outOfBand } from "../../helpers/out-of-band.js";
import { expectError } from "../../helpers/state.js";
import { World } from "../../helpers/world.js";

const NOTHING: DriftChanges = { notes: [], events: [], detected: [], resolved: [] };

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const wanted = (policy: Partial<SafetyPolicy> = {}, given: Partial<Desired> = {}): Desired =>
  desired({
    authority: authority({ policy: { ...POLICY, ...policy } }),
    treaties: [treaty("globex", "globex")],
    ...given,
  });
const note = (tree: Desired): DriftChanges =>
  noteDrift(world.writer, world.plan(tree).plan, world.now, world.random);
/** Types and what was done, of the events about drift. */
const audited = (): unknown[] =>
  [...world.writer.auditEvents({})]
    .filter((event) => event.event_type.startsWith("drift_"))
    .map(({ event_type, details }) => [
      event_type,
      details["class"],
      details["resolution"] ?? details["disposition"],
    ]);
const alter = (): void =>
  outOfBand(world, "UPDATE recognition_treaties SET expires_at = '2030-01-01T00:00:00+00:00'");

test("drift is written once when it appears and once when it ends, however many passes look", () => {
  const tree = wanted({ selfHeal: "off" });
  world.apply(tree);
  const { treaties } = world.snapshot;
  expect(note(tree)).toEqual(NOTHING);
  alter();
  const since = fromInstant(world.now);
  expect(note(tree).detected).toMatchObject([{ class: "altered" }]);
  world.pass(60);
  expect(note(tree)).toEqual(NOTHING);
  expect(world.writer.openDrift()).toMatchObject([{ class: "altered", name: "globex", since }]);
  outOfBand(world, "UPDATE recognition_treaties SET expires_at = ?", treaties[0]?.expiresAt ?? "");
  expect(note(tree).resolved).toMatchObject([{ class: "altered", resolution: "ended" }]);
  expect(note(tree)).toEqual(NOTHING);
  expect(world.writer.openDrift()).toEqual([]);
  expect(audited()).toEqual([
    ["drift_detected", "altered", "report"],
    ["drift_resolved", "altered", "ended"],
  ]);
});

test("drift is noted without a change of generation or digest", () => {
  const tree = wanted({ selfHeal: "off" });
  world.apply(tree);
  alter();
  const before = world.snapshot;
  note(tree);
  expect(world.snapshot).toEqual(before);
});

test("drift that is healed is found and ended in the transaction that heals it", () => {
  const tree = wanted();
  world.apply(tree);
  alter();
  const { drift } = world.apply(tree);
  expect(drift.resolved).toMatchObject([{ class: "altered", resolution: "replaced" }]);
  expect(world.writer.openDrift()).toEqual([]);
  expect(audited()).toEqual([
    ["drift_detected", "altered", "replace"],
    ["drift_resolved", "altered", "replaced"],
  ]);
  expect(note(tree)).toEqual(NOTHING);
});

test("drift that a later apply heals was found before", () => {
  const tree = wanted();
  world.apply(tree);
  alter();
  note(tree);
  world.apply(tree);
  expect(audited()).toEqual([
    ["drift_detected", "altered", "replace"],
    ["drift_resolved", "altered", "replaced"],
  ]);
  expect(world.writer.openDrift()).toEqual([]);
});

test("a revocation made outside git is kept", () => {
  const tree = wanted();
  world.apply(tree);
  outOfBand(world, "UPDATE recognition_treaties SET status = 'revoked', revoked_at = 't'");
  world.apply(tree);
  expect(audited()).toEqual([
    ["drift_detected", "revoked_out_of_band", "keep"],
    ["drift_resolved", "revoked_out_of_band", "kept"],
  ]);
  expect(note(tree)).toEqual(NOTHING);
});

test("a stranger is revoked when the policy says so", () => {
  const tree = wanted({ unmanaged: "revoke" });
  world.apply(tree);
  foreignTreaty(world, OWN, "INITECH", "authority");
  world.apply(tree);
  expect(audited()).toEqual([
    ["drift_detected", "unmanaged", "revoke"],
    ["drift_resolved", "unmanaged", "revoked"],
  ]);
  expect(note(tree)).toEqual(NOTHING);
});

test("a stranger is adopted by a resource that asks for just that", () => {
  const tree = wanted({ unmanaged: "adopt" }, { treaties: [] });
  world.apply(tree);
  const id = foreignTreaty(world, OWN, "GLOBEX", "authority");
  expect(note(tree).detected).toMatchObject([{ class: "unmanaged", id, name: null }]);
  world.apply(wanted({ unmanaged: "adopt" }));
  expect(audited()).toEqual([
    ["drift_detected", "unmanaged", "report"],
    ["drift_resolved", "unmanaged", "adopted"],
  ]);
});

test("a stranger that is only reported stays open beside an apply of something else", () => {
  world.apply(wanted());
  foreignTreaty(world, OWN, "INITECH", "authority");
  const more = wanted({}, { operatorKeys: [operatorKey("operator-root"), operatorKey("second")] });
  expect(world.apply(more).drift.detected).toMatchObject([{ class: "unmanaged" }]);
  expect(world.writer.openDrift()).toMatchObject([{ class: "unmanaged", name: null }]);
  expect(note(more)).toEqual(NOTHING);
  expect(audited()).toEqual([["drift_detected", "unmanaged", "report"]]);
});

test("a loss is issued again", () => {
  const tree = wanted({ selfHeal: "on" });
  world.apply(tree);
  outOfBand(world, "DELETE FROM recognition_treaties");
  world.apply(tree);
  expect(audited()).toEqual([
    ["drift_detected", "missing", "reissue"],
    ["drift_resolved", "missing", "reissued"],
  ]);
});

test("drift in a record that git overwrites ends with that apply", () => {
  const tree = wanted({ selfHeal: "off" });
  world.apply(tree);
  outOfBand(world, "UPDATE concordat_sovereigns SET endpoint = 'https://elsewhere.example'");
  note(tree);
  const changed = wanted(
    { selfHeal: "off" },
    {
      sovereigns: tree.sovereigns.map(({ name }) =>
        sovereign(name, { endpoint: "https://other.example" }),
      ),
    },
  );
  world.apply(changed);
  expect(world.writer.openDrift()).toEqual([]);
  expect(new Set(audited().map(String))).toEqual(
    new Set(["drift_detected,altered,report", "drift_resolved,altered,replaced"]),
  );
  expect(note(changed)).toEqual(NOTHING);
});

test("a suspension made outside git ends with a revocation in git", () => {
  const tree = wanted();
  world.apply(tree);
  outOfBand(world, "UPDATE recognition_treaties SET status = 'suspended'");
  note(tree);
  world.apply({ ...tree, revocations: [revocation("stop", { targetName: "globex" })] });
  expect(audited()).toEqual([
    ["drift_detected", "suspended", "report"],
    ["drift_resolved", "suspended", "revoked"],
  ]);
});

test("drift is not said to have ended by an apply that failed", () => {
  const tree = wanted();
  world.apply(tree);
  alter();
  note(tree);
  const open = world.writer.openDrift();
  const { snapshot, now, random } = world;
  const { plan, steps } = world.plan(tree);
  const impossible = { do: "remove_sovereign", sovereignId: "nobody" } as const;
  expectError("internal", () =>
    applyPlan(world.writer, {
      desired: tree,
      snapshot,
      planned: { plan, steps: [...steps, impossible] },
      key: keyOf("authority"),
      now,
      random,
      allowances: NO_ALLOWANCES,
    }),
  );
  expect(world.writer.openDrift()).toEqual(open);
  expect(audited()).toHaveLength(1);
});

test("drift stands in the audit with ids and reasons, and nothing else", () => {
  world.apply(wanted());
  alter();
  world.apply(wanted());
  const events = [...world.writer.auditEvents({})].filter((event) =>
    event.event_type.startsWith("drift_"),
  );
  expect(events.map((event) => Object.keys(event.details).toSorted())).toEqual([
    ["class", "disposition", "id", "kind", "name"],
    ["class", "id", "kind", "name", "resolution"],
  ]);
});
