import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SafetyPolicy } from "../../../src/model/desired.js";
import { NO_ALLOWANCES } from "../../../src/plan/gates.js";
import { makePlan } from "../../../src/plan/plan.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import {
  POLICY,
  attestation,
  authority,
  desired,
  feed,
  operatorKey,
  signedFeed,
  sovereign,
  treaty,
} from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const names = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
const partners = (count: number, policy: Partial<SafetyPolicy> = {}) =>
  desired({
    authority: authority({ policy: { ...POLICY, ...policy } }),
    sovereigns: names(20).map((name) => sovereign(name)),
    treaties: names(count).map((name) => treaty(name, name)),
  });
const withdrawn = (count: number) => desired({ ...partners(count), attestations: [] });

describe("the removal limit", () => {
  test("lets the limit pass and refuses one more", () => {
    world.apply(partners(10));
    expect(world.plan(withdrawn(7)).plan.verdict).toBe("ready");
    expect(world.plan(withdrawn(6)).plan).toMatchObject({
      verdict: "refused",
      gates: expect.arrayContaining([
        expect.objectContaining({ name: "removals", status: "refuse", limit: 3, value: 4 }),
      ]),
    });
    expect(() => world.apply(withdrawn(6))).toThrow(
      expect.objectContaining({ code: "plan_refused", exitCode: 3 }),
    );
    expect(world.snapshot.treaties.every((row) => row.status === "active")).toBe(true);
  });

  test("is lifted by the exact number and by nothing less", () => {
    world.apply(partners(10));
    const allow = (removals: number) =>
      world.plan(withdrawn(6), { allowances: { ...NO_ALLOWANCES, removals } }).plan.verdict;
    expect(allow(3)).toBe("refused");
    expect(allow(4)).toBe("ready");
    world.apply(withdrawn(6), { allowances: { ...NO_ALLOWANCES, removals: 4 } });
    const events = [...world.writer.auditEvents({ type: "plan_applied" })];
    expect(events.map((event) => event.details["allow_removals"])).toEqual([null, 4]);
  });

  test("is ten percent where that is more", () => {
    const many = (count: number) =>
      desired({ attestations: names(count).map((name) => attestation(name)) });
    world.apply(many(60));
    expect(world.plan(many(54)).plan.verdict).toBe("ready");
    expect(world.plan(many(53)).plan.verdict).toBe("refused");
  });

  test("of the policy last applied judges, not the one in the change", () => {
    world.apply(partners(10));
    const loosened = {
      ...withdrawn(5),
      authority: authority({ policy: { ...POLICY, removals: { count: 100, percent: 100 } } }),
    };
    expect(world.plan(loosened).plan.verdict).toBe("refused");
  });
});

describe("the cap on lost trust paths", () => {
  test("refuses a change that loses more, and an allowance lifts it", () => {
    const wide = { removals: { count: 50, percent: 100 } };
    world.apply(partners(20, wide));
    const rest = { ...withdrawn(9), authority: authority({ policy: { ...POLICY, ...wide } }) };
    expect(world.plan(rest).plan).toMatchObject({
      verdict: "refused",
      blast_radius: { lost_count: 11 },
    });
    expect(world.plan(rest, { allowances: { removals: null, lostPaths: 10 } }).plan.verdict).toBe(
      "refused",
    );
    expect(world.plan(rest, { allowances: { removals: null, lostPaths: 11 } }).plan.verdict).toBe(
      "ready",
    );
  });
});

describe("a freeze window", () => {
  const freeze = [
    {
      from: parseTimestamp("2026-11-24T00:00:00Z"),
      until: parseTimestamp("2026-11-26T00:00:00Z"),
      reason: "audit week",
    },
  ];

  test("holds grants back and lets revocations pass; outside it nothing waits", () => {
    world.apply(partners(2, { freeze }));
    const both = { ...partners(3, { freeze }), treaties: [treaty("p0", "p0"), treaty("p2", "p2")] };
    expect(world.plan(both).plan.changes.map((change) => change.action)).toEqual([
      "revoke",
      "issue",
    ]);
    world.pass(86_400);
    const { plan } = world.plan(both);
    expect(plan.changes.map((change) => change.action)).toEqual(["revoke"]);
    expect(plan.skipped).toMatchObject([{ name: "p2", reason: "frozen" }]);
    world.pass(2 * 86_400);
    expect(world.plan(both).plan.changes.map((change) => change.action)).toEqual([
      "revoke",
      "issue",
    ]);
  });
});

describe("the last privileged key in a freeze", () => {
  const freeze = [
    {
      from: parseTimestamp("2026-11-24T00:00:00Z"),
      until: parseTimestamp("2026-11-26T00:00:00Z"),
      reason: "audit week",
    },
  ];
  const keys = (...operatorKeys: readonly ReturnType<typeof operatorKey>[]) =>
    desired({ authority: authority({ policy: { ...POLICY, freeze } }), operatorKeys });
  const root = operatorKey("operator-root");
  const next = operatorKey("next");
  const standard = operatorKey("next", { tier: "standard" });

  test("may not go while its replacement waits", () => {
    world.apply(keys(root));
    expect(world.plan(keys(next)).plan.verdict).toBe("ready");
    world.pass(86_400);
    expect(world.plan(keys(next)).plan).toMatchObject({
      verdict: "refused",
      skipped: [{ id: "next", reason: "frozen" }],
      gates: expect.arrayContaining([
        expect.objectContaining({ name: "last_privileged_key", status: "refuse", value: 0 }),
      ]),
    });
  });

  test("may not go while the raise of another waits, and may when the other is privileged already", () => {
    world.apply(keys(root, standard));
    world.pass(86_400);
    expect(world.plan(keys(next)).plan.verdict).toBe("refused");
    world.pass(-86_400);
    const brief = operatorKey("next", { validUntil: parseTimestamp("2026-12-01T00:00:00Z") });
    world.apply(keys(root, brief));
    world.pass(86_400);
    expect(world.plan(keys(next)).plan).toMatchObject({
      verdict: "ready",
      skipped: [{ id: "next", reason: "frozen" }],
    });
  });
});

describe("a feed refused in a freeze", () => {
  const freeze = [
    {
      from: parseTimestamp("2026-11-23T00:00:00Z"),
      until: parseTimestamp("2026-11-26T00:00:00Z"),
      reason: "audit week",
    },
  ];

  test("waits, and so does what follows on the sequence that it re-opens", () => {
    const frozen = authority({ policy: { ...POLICY, freeze } });
    const bad = signedFeed("globex", 3, ["x"]);
    world.apply(desired({ feeds: [feed("bad", bad)] }));
    world.apply(desired({ authority: frozen, feeds: [feed("bad", bad)] }));
    const tree = desired({
      authority: frozen,
      feeds: [feed("bad", bad, false), feed("good", signedFeed("globex", 1, ["y"]))],
    });
    expect(world.plan(tree).plan).toMatchObject({
      changes: [],
      skipped: [{ reason: "frozen" }, { reason: "frozen" }],
    });
    world.pass(3 * 86_400);
    world.apply(tree);
    expect(world.snapshot.importedRevocations.map((row) => row.attestationId)).toEqual(["y"]);
  });
});

describe("a first apply in a freeze", () => {
  test("has its authority and its operators, and no treaty yet", () => {
    const freeze = [
      {
        from: parseTimestamp("2026-11-22T00:00:00Z"),
        until: parseTimestamp("2026-11-26T00:00:00Z"),
        reason: "audit week",
      },
    ];
    world.apply(partners(1, { freeze }));
    expect(world.snapshot.operatorKeys).toHaveLength(1);
    expect(world.snapshot.treaties).toEqual([]);
  });
});

describe("another authority key in a freeze", () => {
  const frozen = [
    {
      from: parseTimestamp("2026-11-23T00:00:00Z"),
      until: parseTimestamp("2026-11-26T00:00:00Z"),
      reason: "audit week",
    },
  ];

  test("is not held back, since nothing could be signed, and settles", () => {
    const policy = { ...POLICY, freeze: frozen };
    world.apply(partners(1));
    world.pass(-86_400);
    world.apply(partners(1, { freeze: frozen }));
    world.pass(86_400);
    const rekeyed = { ...partners(1), authority: authority({ label: "authority 2", policy }) };
    world.apply(rekeyed, { key: keyOf("authority 2") });
    expect(world.plan(rekeyed).plan).toMatchObject({ verdict: "no_changes", changes: [] });
  });

  test("while a looser policy waits", () => {
    world.apply(partners(1));
    world.apply(partners(1, { freeze: frozen }));
    const looser = { freeze: frozen, removals: { count: 50, percent: 10 } };
    expect(world.plan(partners(1, looser)).plan).toMatchObject({
      changes: [],
      skipped: [{ kind: "Authority", reason: "frozen" }],
    });
  });
});

describe("approvals", () => {
  test("asked for and not there keep a change waiting; not asked for they do not", () => {
    world.apply(partners(1));
    const { snapshot, now } = world;
    const judged = (widens: number, approvals: number): string => {
      if (snapshot.authority === null) throw new Error("no authority");
      const policy = { ...snapshot.authority.policy, approvals: { reduces: 0, keeps: 0, widens } };
      const asking = { ...snapshot, authority: { ...snapshot.authority, policy } };
      const given = { ref: "main", dirty: false, version: "0.0.0", allowances: NO_ALLOWANCES };
      return makePlan({ desired: partners(2), snapshot: asking, now, approvals, ...given }).plan
        .verdict;
    };
    expect(judged(0, 0)).toBe("ready");
    expect(judged(2, 1)).toBe("waiting");
    expect(judged(2, 2)).toBe("ready");
  });

  test("cannot be asked for while none can be given: the policy could never be changed again", () => {
    const approvals = { reduces: 0, keeps: 0, widens: 1 };
    expect(world.plan(partners(1, { approvals })).plan).toMatchObject({
      verdict: "refused",
      findings: [{ code: "approvals_unavailable", level: "error" }],
    });
    expect(() => world.apply(partners(1, { approvals }))).toThrow(
      expect.objectContaining({ code: "plan_refused", exitCode: 3 }),
    );
  });
});
