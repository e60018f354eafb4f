import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SafetyPolicy } from "../../../src/model/desired.js";
import { attestation, authority, desired, OWN, POLICY, treaty } from "../../helpers/desired.js";
import { foreignTreaty, outOfBand } from "../../helpers/out-of-band.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const wanted = (policy: Partial<SafetyPolicy> = {}) =>
  desired({
    authority: authority({ policy: { ...POLICY, ...policy } }),
    treaties: [treaty("globex", "globex")],
  });

function start(policy: Partial<SafetyPolicy> = {}): string {
  world.apply(wanted(policy));
  return world.snapshot.treaties[0]?.id ?? "";
}

const plan = (policy: Partial<SafetyPolicy> = {}) => world.plan(wanted(policy)).plan;

describe("a treaty revoked outside git", () => {
  test.each(["off", "deny-only", "on"] as const)(
    "is never undone (selfHeal %s), and is remembered",
    (selfHeal) => {
      const id = start({ selfHeal });
      outOfBand(
        world,
        "UPDATE recognition_treaties SET status='revoked', revoked_at='2026-11-23T01:00:00+00:00', revocation_reason='incident' WHERE treaty_id=?",
        id,
      );
      expect(plan({ selfHeal })).toMatchObject({
        drift: [{ class: "revoked_out_of_band", disposition: "keep" }],
        changes: [{ action: "record", reason: "drift_revoked" }],
      });
      world.apply(wanted({ selfHeal }));
      expect(world.snapshot.treaties[0]).toMatchObject({ status: "revoked", reason: "incident" });
      expect(plan({ selfHeal })).toMatchObject({ verdict: "no_changes", drift: [] });
      expect([...world.writer.auditEvents({ type: "drift_detected" })]).toHaveLength(1);
    },
  );
});

describe("a treaty revoked by us and made active outside git", () => {
  const reactivate = (id: string) => {
    outOfBand(
      world,
      "UPDATE recognition_treaties SET status='active', revoked_at=NULL, revocation_reason=NULL WHERE treaty_id=?",
      id,
    );
  };
  test("is revoked again", () => {
    const id = start();
    world.apply(desired());
    reactivate(id);
    expect(world.plan(desired()).plan).toMatchObject({
      drift: [{ class: "reactivated", disposition: "revoke" }],
      changes: [{ action: "revoke" }],
    });
    world.apply(desired());
    expect(world.snapshot.treaties[0]?.status).toBe("revoked");
  });

  test("is only reported with selfHeal off", () => {
    const id = start({ selfHeal: "off" });
    const off = desired({ authority: authority({ policy: { ...POLICY, selfHeal: "off" } }) });
    world.apply(off);
    reactivate(id);
    expect(world.plan(off).plan).toMatchObject({
      drift: [{ class: "reactivated", disposition: "report" }],
      changes: [],
    });
  });
});

describe("a treaty suspended outside git", () => {
  test.each(["off", "deny-only", "on"] as const)("is not given back (selfHeal %s)", (selfHeal) => {
    const id = start({ selfHeal });
    outOfBand(world, "UPDATE recognition_treaties SET status='suspended' WHERE treaty_id=?", id);
    expect(plan({ selfHeal })).toMatchObject({
      drift: [{ class: "suspended", disposition: "report" }],
      changes: [],
    });
  });
});

describe("altered signed bytes", () => {
  const alter = (id: string) => {
    outOfBand(
      world,
      "UPDATE recognition_treaties SET treaty_json=replace(treaty_json, 'role:client', 'role:operator') WHERE treaty_id=?",
      id,
    );
  };
  test("are replaced by a treaty signed anew", () => {
    const id = start();
    alter(id);
    expect(plan()).toMatchObject({
      drift: [{ class: "altered", disposition: "replace" }],
      changes: [{ action: "replace", replaces: id }],
    });
    world.apply(wanted());
    expect(world.snapshot.treaties.map((row) => row.status).toSorted()).toEqual([
      "active",
      "revoked",
    ]);
    expect(plan()).toMatchObject({ verdict: "no_changes", drift: [] });
  });

  test("are only reported with selfHeal off", () => {
    alter(start({ selfHeal: "off" }));
    expect(plan({ selfHeal: "off" })).toMatchObject({
      drift: [{ class: "altered", disposition: "report" }],
      changes: [],
    });
  });

  test.each([
    ["recognition_treaties", "subject_sovereign_id"],
    ["membership_attestations", "subject_id"],
    ["membership_attestations", "subject_public_key"],
    ["membership_attestations", "roles_json"],
  ])("include the column %s.%s", (table, column) => {
    const both = { ...wanted(), attestations: [attestation("sam")] };
    world.apply(both);
    expect(world.plan(both).plan.drift).toEqual([]);
    outOfBand(world, `UPDATE ${table} SET ${column} = 'EVIL'`);
    expect(world.plan(both).plan.drift).toMatchObject([{ class: "altered" }]);
  });

  test("include a column that no longer says what the signed text says", () => {
    const id = start();
    outOfBand(
      world,
      "UPDATE recognition_treaties SET expires_at='2036-01-01T00:00:00+00:00' WHERE treaty_id=?",
      id,
    );
    expect(plan().drift).toMatchObject([{ class: "altered" }]);
  });
});

describe("a missing row", () => {
  const drop = (id: string) => {
    outOfBand(world, "DELETE FROM recognition_treaties WHERE treaty_id=?", id);
  };
  test("is reported, since nothing is re-granted by default", () => {
    drop(start());
    expect(plan()).toMatchObject({
      drift: [{ class: "missing", disposition: "report" }],
      changes: [],
    });
  });

  test("is issued under another id with selfHeal on", () => {
    const id = start({ selfHeal: "on" });
    drop(id);
    world.apply(wanted({ selfHeal: "on" }));
    expect(world.snapshot.treaties).toHaveLength(1);
    expect(world.snapshot.treaties[0]?.id).not.toBe(id);
    expect(plan({ selfHeal: "on" })).toMatchObject({ verdict: "no_changes", drift: [] });
  });
});

describe("a treaty in our name that no resource asked for", () => {
  test("is reported", () => {
    start();
    foreignTreaty(world, OWN, "HOOLI", "authority");
    expect(plan()).toMatchObject({
      drift: [{ class: "unmanaged", disposition: "report" }],
      changes: [],
    });
  });

  test("is revoked when the policy says so", () => {
    start({ unmanaged: "revoke" });
    const id = foreignTreaty(world, OWN, "HOOLI", "authority");
    expect(plan({ unmanaged: "revoke" }).changes).toMatchObject([
      { action: "revoke", id, reason: "drift_unmanaged" },
    ]);
  });

  test("is adopted by the resource that asks for just that", () => {
    world.apply(desired({ authority: authority({ policy: { ...POLICY, unmanaged: "adopt" } }) }));
    const id = foreignTreaty(world, OWN, "GLOBEX", "authority");
    expect(plan({ unmanaged: "adopt" }).changes).toMatchObject([
      { action: "adopt", id, name: "globex", risk: "keeps" },
    ]);
    world.apply(wanted({ unmanaged: "adopt" }));
    expect(world.snapshot.treaties).toHaveLength(1);
    expect(plan({ unmanaged: "adopt" })).toMatchObject({ verdict: "no_changes", drift: [] });
  });

  test("is not adopted by a resource that asks for something else", () => {
    const other = {
      ...wanted({ unmanaged: "adopt" }),
      treaties: [treaty("globex", "globex", { allowedRoles: ["role:operator"] })],
    };
    world.apply(desired({ authority: authority({ policy: { ...POLICY, unmanaged: "adopt" } }) }));
    foreignTreaty(world, OWN, "GLOBEX", "authority");
    expect(world.plan(other).plan).toMatchObject({
      drift: [{ class: "unmanaged", disposition: "report" }],
      changes: [{ action: "issue" }],
    });
  });

  test("and that our key did not sign is revoked", () => {
    start();
    const id = foreignTreaty(world, OWN, "HOOLI", "somebody else");
    expect(plan()).toMatchObject({
      drift: [{ class: "unknown_key", disposition: "revoke" }],
      changes: [{ action: "revoke", id }],
    });
  });

  test("is left alone when another sovereign issued it", () => {
    start();
    foreignTreaty(world, "GLOBEX", "HOOLI");
    expect(plan()).toMatchObject({ drift: [], changes: [] });
  });
});
