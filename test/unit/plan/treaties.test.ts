import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { authority, desired, sovereign, treaty } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const DAY = 86_400;
const globex = treaty("globex", "globex");

function only(wanted: Parameters<World["plan"]>[0]) {
  const { changes } = world.plan(wanted).plan;
  expect(changes).toHaveLength(1);
  const [change] = changes;
  if (change === undefined) throw new Error("no change");
  return change;
}

function row(id: string) {
  return world.snapshot.treaties.find((candidate) => candidate.id === id);
}

describe("a treaty", () => {
  test("is issued once: the next plan is empty", () => {
    const wanted = desired({ treaties: [globex] });
    const { plan } = world.plan(wanted);
    expect(plan.changes.find((change) => change.kind === "RecognitionTreaty")).toMatchObject({
      action: "issue",
      risk: "widens",
    });
    world.apply(wanted);
    expect(world.plan(wanted).plan).toMatchObject({
      verdict: "no_changes",
      changes: [],
      drift: [],
    });
    expect(world.snapshot.treaties).toHaveLength(1);
  });

  test("bears the same id in every state that was asked for the same", () => {
    const wanted = desired({ treaties: [globex] });
    const id = world
      .plan(wanted)
      .plan.changes.find((change) => change.kind === "RecognitionTreaty")?.id;
    world.pass(DAY);
    world.apply(wanted);
    expect(world.snapshot.treaties[0]?.id).toBe(id);
  });

  test("whose spec changes is replaced: the successor is issued, the old one names it", () => {
    world.apply(desired({ treaties: [globex] }));
    const before = world.snapshot.treaties[0]?.id ?? "";
    const wanted = desired({
      treaties: [treaty("globex", "globex", { allowedRoles: ["role:client", "role:operator"] })],
    });
    const change = only(wanted);
    expect(change).toMatchObject({ action: "replace", replaces: before, risk: "widens" });
    expect(change.fields).toEqual([
      {
        path: "/allowed_roles",
        before: ["role:client"],
        after: ["role:client", "role:operator"],
        risk: "widens",
      },
    ]);
    world.apply(wanted);
    expect(row(before)).toMatchObject({ status: "revoked", reason: `replaced_by:${change.id}` });
    expect(row(change.id)).toMatchObject({ status: "active" });
  });

  test("that returns to an earlier spec gets an id of its own, since the earlier id is revoked", () => {
    const other = desired({
      treaties: [treaty("globex", "globex", { allowedRoles: ["role:operator"] })],
    });
    world.apply(desired({ treaties: [globex] }));
    world.apply(other);
    world.apply(desired({ treaties: [globex] }));
    const active = world.snapshot.treaties.filter((candidate) => candidate.status === "active");
    expect(world.snapshot.treaties).toHaveLength(3);
    expect(active).toHaveLength(1);
    expect(world.plan(desired({ treaties: [globex] })).plan.verdict).toBe("no_changes");
  });

  test("that leaves the tree is revoked, and does not come back by writing it again", () => {
    world.apply(desired({ treaties: [globex] }));
    expect(only(desired())).toMatchObject({
      action: "revoke",
      reason: "removed_from_desired_state",
      risk: "reduces",
    });
    world.apply(desired());
    expect(world.snapshot.treaties[0]).toMatchObject({
      status: "revoked",
      reason: "removed_from_desired_state",
    });
    const again = treaty("globex", "globex", { metadata: { note: "again" } });
    const { plan } = world.plan(desired({ treaties: [again] }));
    expect(plan.changes).toEqual([]);
    expect(plan.skipped).toMatchObject([{ name: "globex", reason: "revoked" }]);
    expect(plan.findings).toMatchObject([{ code: "revoked_name_returns" }]);
  });

  test("is trusted again only by a raised reissue, and the plan says so", () => {
    world.apply(desired({ treaties: [globex] }));
    world.apply(desired());
    const wanted = desired({ treaties: [treaty("globex", "globex", { reissue: 1 })] });
    const { plan } = world.plan(wanted);
    expect(plan.changes).toMatchObject([{ action: "issue", name: "globex" }]);
    expect(plan.findings).toMatchObject([{ code: "reissued_after_revocation", level: "warning" }]);
    world.apply(wanted);
    expect(world.snapshot.treaties.map((candidate) => candidate.status).toSorted()).toEqual([
      "active",
      "revoked",
    ]);
    expect(world.plan(wanted).plan.verdict).toBe("no_changes");
  });

  test("keeps its object when only its file moves", () => {
    world.apply(desired({ treaties: [globex] }));
    const moved = { ...globex, source: { ...globex.source, file: "treaties/2027/globex.yaml" } };
    expect(world.plan(desired({ treaties: [moved] })).plan.verdict).toBe("no_changes");
  });

  test("is renewed when its renewal is due and not before", () => {
    const wanted = desired({ treaties: [treaty("globex", "globex", { renewBefore: 2 * DAY })] });
    world.apply(wanted);
    const first = world.snapshot.treaties[0]?.id ?? "";
    world.pass(5 * DAY - 1);
    expect(world.plan(wanted).plan.verdict).toBe("no_changes");
    world.pass(1);
    expect(only(wanted)).toMatchObject({
      action: "renew",
      replaces: first,
      reason: "renewal_due",
      risk: "keeps",
    });
    world.apply(wanted);
    expect(row(first)?.reason).toMatch(/^renewed_by:/);
    expect(world.plan(wanted).plan.verdict).toBe("no_changes");
  });

  test("that has expired and renews by itself is not issued again", () => {
    const wanted = desired({ treaties: [globex] });
    world.apply(wanted);
    world.pass(8 * DAY);
    const { plan } = world.plan(wanted);
    expect(plan).toMatchObject({
      verdict: "no_changes",
      skipped: [{ name: "globex", reason: "expired" }],
    });
  });

  test("that has expired is forgotten when it leaves the tree, not revoked", () => {
    world.apply(desired({ treaties: [globex] }));
    world.pass(8 * DAY);
    expect(only(desired())).toMatchObject({ action: "forget", risk: "keeps" });
    world.apply(desired());
    expect(world.snapshot.treaties[0]).toMatchObject({ status: "active", revokedAt: null });
    expect(world.plan(desired()).plan).toMatchObject({ verdict: "no_changes", drift: [] });
  });

  test("follows its subject's keys: one edit of the sovereign replaces it", () => {
    world.apply(desired({ treaties: [globex] }));
    const key = keyOf("globex rotated").publicKey;
    const wanted = desired({
      sovereigns: [sovereign("globex", { publicKeys: [key] }), sovereign("initech")],
      treaties: [treaty("globex", "globex", { subjectPublicKeys: [key] })],
    });
    expect(world.plan(wanted).plan.changes.map((change) => [change.kind, change.action])).toEqual([
      ["Sovereign", "update"],
      ["RecognitionTreaty", "replace"],
    ]);
  });

  test("is renewed under a new authority key", () => {
    world.apply(desired({ treaties: [globex] }));
    const wanted = desired({ authority: authority({ label: "authority 2" }), treaties: [globex] });
    expect(world.plan(wanted).plan.changes.map((change) => [change.kind, change.reason])).toEqual([
      ["Authority", "spec_changed"],
      ["RecognitionTreaty", "authority_key_changed"],
    ]);
    world.apply(wanted, { key: keyOf("authority 2") });
    expect(world.plan(wanted).plan.verdict).toBe("no_changes");
  });

  test("over the maximum validity is refused, and at the limit passes", () => {
    const valid = (seconds: number) =>
      world.plan(
        desired({
          treaties: [
            treaty("globex", "globex", {
              validity: { from: null, until: null, duration: seconds },
            }),
          ],
        }),
      ).plan;
    expect(valid(366 * DAY).verdict).toBe("ready");
    expect(valid(366 * DAY + 1)).toMatchObject({
      verdict: "refused",
      findings: [{ code: "validity_over_limit", level: "error" }],
    });
  });

  test("without a role is warned about", () => {
    const { plan } = world.plan(
      desired({ treaties: [treaty("globex", "globex", { allowedRoles: [] })] }),
    );
    expect(plan.findings).toMatchObject([
      { code: "any_role_scope", level: "warning", source: { file: "treaties/globex.yaml" } },
    ]);
  });

  test("that lapses in the next 30 days is listed, and warned about in its last 72 hours", () => {
    const wanted = desired({ treaties: [globex] });
    world.apply(wanted);
    expect(world.plan(wanted).plan).toMatchObject({
      lapsing: [{ name: "globex", renews: false }],
      findings: [],
    });
    world.pass(4 * DAY);
    expect(world.plan(wanted).plan.findings).toMatchObject([{ code: "lapses_unrenewed" }]);
  });
});
