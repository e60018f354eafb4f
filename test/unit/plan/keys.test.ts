import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { authority, desired, operatorKey, POLICY, revocation } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { outOfBand } from "../../helpers/out-of-band.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const root = operatorKey("operator-root");
const second = operatorKey("second", { tier: "standard" });
const keys = (...operatorKeys: readonly ReturnType<typeof operatorKey>[]) =>
  desired({ operatorKeys });

describe("an operator key", () => {
  test("is added, updated and retired", () => {
    world.apply(keys(root));
    expect(world.plan(keys(root, second)).plan.changes).toMatchObject([
      { action: "add", risk: "widens" },
    ]);
    world.apply(keys(root, second));
    const raised = operatorKey("second", { tier: "privileged" });
    expect(world.plan(keys(root, raised)).plan.changes).toMatchObject([
      { action: "update", risk: "widens" },
    ]);
    const retired = operatorKey("second", { tier: "standard", state: "retired" });
    expect(world.plan(keys(root, retired)).plan.changes).toMatchObject([
      { action: "retire", risk: "reduces" },
    ]);
    world.apply(keys(root, retired));
    expect(world.snapshot.operatorKeys.find((key) => key.keyId === "second")?.state).toBe(
      "retired",
    );
    expect(world.plan(keys(root, retired)).plan.verdict).toBe("no_changes");
  });

  test("that is compromised is revoked for ever", () => {
    world.apply(keys(root, second));
    const since = parseTimestamp("2026-11-20T00:00:00Z");
    const lost = operatorKey("second", { tier: "standard", state: "compromised", since });
    expect(world.plan(keys(root, lost)).plan.changes).toMatchObject([
      { action: "revoke", reason: "key_compromised" },
    ]);
    world.apply(keys(root, lost));
    expect(world.snapshot.revokedKeys).toMatchObject([
      { keyId: "second", reason: "compromised:2026-11-20T00:00:00Z" },
    ]);
    expect(world.plan(keys(root, lost)).plan.verdict).toBe("no_changes");
    expect(world.plan(keys(root, second)).plan).toMatchObject({
      changes: [],
      skipped: [{ reason: "revoked" }],
    });
  });

  test("that leaves the tree is revoked; neither its id nor its bytes come back", () => {
    world.apply(keys(root, second));
    expect(world.plan(keys(root)).plan.changes).toMatchObject([
      { action: "remove", risk: "reduces" },
    ]);
    world.apply(keys(root));
    expect(world.snapshot.revokedKeys).toMatchObject([
      { keyId: "second", reason: "removed_from_desired_state" },
    ]);
    const sameId = operatorKey("other", { keyId: "second", publicKey: keyOf("fresh").publicKey });
    const sameBytes = operatorKey("third", { publicKey: second.publicKey });
    expect(world.plan(keys(root, sameId)).plan).toMatchObject({
      verdict: "refused",
      findings: [{ code: "revoked_key_returns" }],
    });
    expect(world.plan(keys(root, sameBytes)).plan).toMatchObject({
      verdict: "refused",
      findings: [{ code: "revoked_key_returns" }],
    });
  });

  test("is revoked by a Revocation of its name", () => {
    world.apply(keys(root, second));
    const stop = revocation("stop", {
      targetKind: "OperatorKey",
      targetName: "second",
      targetId: "second",
      reason: "lost laptop",
    });
    const wanted = { ...keys(root, second), revocations: [stop] };
    world.apply(wanted);
    expect(world.snapshot.revokedKeys).toMatchObject([{ keyId: "second", reason: "lost laptop" }]);
    expect(world.plan(wanted).plan.verdict).toBe("no_changes");
  });

  test("keeps its record when only the resource's name changes", () => {
    world.apply(keys(root, second));
    const renamed = operatorKey("renamed", {
      keyId: "second",
      publicKey: second.publicKey,
      tier: "standard",
    });
    world.apply(keys(root, renamed));
    expect(world.snapshot.revokedKeys).toEqual([]);
    expect(world.plan(keys(root, renamed)).plan.verdict).toBe("no_changes");
  });
});

describe("the bytes of a key that is revoked", () => {
  const third = operatorKey("third", { publicKey: second.publicKey });
  const refused = {
    verdict: "refused",
    findings: [{ code: "revoked_key_returns", name: "third" }],
  };
  const stop = revocation("stop", {
    targetKind: "OperatorKey",
    targetId: "second",
    reason: "stolen",
    incident: "INC-9",
  });

  test("do not come under another id in the commit that revokes it", () => {
    world.apply(keys(root, second));
    expect(world.plan(keys(root, third)).plan).toMatchObject(refused);
    expect(world.plan({ ...keys(root, third), revocations: [stop] }).plan).toMatchObject(refused);
    const lost = operatorKey("second", {
      state: "compromised",
      publicKey: keyOf("fresh").publicKey,
    });
    expect(world.plan(keys(root, lost, third)).plan).toMatchObject({
      findings: [{ code: "revoked_key_returns", name: "third" }],
    });
    world.apply(keys(root, lost));
    expect(world.plan(keys(root, lost, third)).plan).toMatchObject(refused);
  });

  test("do not come when its row was taken out of the state", () => {
    world.apply(keys(root, second));
    world.apply(keys(root));
    outOfBand(world, "DELETE FROM concordat_operator_keys WHERE key_id = 'second'");
    expect(world.plan(keys(root, third)).plan).toMatchObject(refused);
  });

  test("stay where they are when two resources swap their key ids", () => {
    const other = operatorKey("other");
    world.apply(keys(root, second, other));
    const swapped = keys(
      root,
      { ...second, name: "other" },
      { ...other, name: "second", tier: "read" },
    );
    expect(world.plan(swapped).plan).toMatchObject({ verdict: "ready", findings: [] });
    world.apply(swapped);
    expect(world.snapshot.revokedKeys).toEqual([]);
    expect(world.plan(swapped).plan).toMatchObject({ verdict: "no_changes", drift: [] });
  });

  test("do not stop a rename when somebody writes them beside the key", () => {
    world.apply(keys(root, second));
    outOfBand(
      world,
      "INSERT INTO concordat_operator_keys SELECT 'intruder', public_key, tier, holder, valid_from, valid_until, state FROM concordat_operator_keys WHERE key_id = 'second'",
    );
    expect(world.plan(keys(root, { ...second, name: "renamed" })).plan).toMatchObject({
      verdict: "ready",
      findings: [],
    });
  });
});

describe("a resource that goes on with another key id", () => {
  const named = (keyId: string) =>
    operatorKey("second", { keyId, publicKey: keyOf(`operator ${keyId}`).publicKey });

  test("leaves a tombstone of the old one, with the reason of its Revocation", () => {
    world.apply(keys(root, named("z")));
    const stop = revocation("stop", {
      targetKind: "OperatorKey",
      targetId: "z",
      reason: "stolen",
      incident: "INC-9",
    });
    const wanted = { ...keys(root, named("b")), revocations: [stop] };
    world.apply(wanted);
    expect(world.snapshot.revokedKeys).toMatchObject([{ keyId: "z", reason: "stolen" }]);
    const entries = world.snapshot.inventory.filter(({ kind }) => kind === "OperatorKey");
    expect(entries).toMatchObject([
      { name: "operator-root", live: true },
      { name: "second", objectId: "b", live: true },
      { name: "second#z", objectId: "z", live: false },
    ]);
    expect(world.plan(wanted).plan).toMatchObject({ verdict: "no_changes", drift: [] });
  });

  test("settles when the new one is revoked at once, and after it was revoked", () => {
    world.apply(keys(root, named("z")));
    const stop = revocation("stop", {
      targetKind: "OperatorKey",
      targetName: "second",
      targetId: "b",
    });
    const wanted = { ...keys(root, named("b")), revocations: [stop] };
    world.apply(wanted);
    expect(world.plan(wanted).plan).toMatchObject({ verdict: "no_changes", drift: [] });
    const next = { ...keys(root, named("c")), revocations: [stop] };
    expect(world.plan(next).plan.changes).toMatchObject([
      { action: "record", id: "b" },
      { action: "add", id: "c" },
    ]);
    world.apply(next);
    expect(world.plan(next).plan.verdict).toBe("no_changes");
    outOfBand(world, "DELETE FROM revoked_operator_keys");
    expect(world.plan(next).plan).toMatchObject({
      drift: [
        { class: "reactivated", id: "b" },
        { class: "reactivated", id: "z" },
      ],
      changes: [{ action: "revoke" }, { action: "revoke" }],
    });
  });

  test("settles while a freeze holds the new one back", () => {
    const freeze = [
      {
        from: parseTimestamp("2026-11-24T00:00:00Z"),
        until: parseTimestamp("2026-11-26T00:00:00Z"),
        reason: "audit week",
      },
    ];
    const calm = authority({ policy: { ...POLICY, freeze } });
    const tree = (...more: readonly ReturnType<typeof operatorKey>[]) =>
      desired({ authority: calm, operatorKeys: [root, ...more] });
    world.apply(tree(named("z")));
    world.pass(86_400);
    world.apply(tree(named("b")));
    expect(world.snapshot.revokedKeys).toMatchObject([{ keyId: "z" }]);
    expect(world.plan(tree(named("b"))).plan).toMatchObject({
      verdict: "no_changes",
      drift: [],
      skipped: [{ id: "b", reason: "frozen" }],
    });
    outOfBand(world, "DELETE FROM revoked_operator_keys");
    world.apply(tree());
    expect(world.snapshot.revokedKeys).toMatchObject([{ keyId: "z" }]);
    expect(world.plan(tree()).plan).toMatchObject({ verdict: "no_changes", drift: [] });
  });
});

describe("a key that stands outside git and that a Revocation names", () => {
  test("is revoked once, and again when somebody takes that back", () => {
    world.apply(keys(root));
    outOfBand(
      world,
      "INSERT INTO concordat_operator_keys (key_id, public_key, tier, holder, state) VALUES ('intruder', ?, 'read', 'nobody', 'active')",
      keyOf("intruder").publicKey,
    );
    const stop = revocation("stop", {
      targetKind: "OperatorKey",
      targetId: "intruder",
      reason: "stolen",
    });
    const wanted = { ...keys(root), revocations: [stop] };
    world.apply(wanted);
    expect(world.snapshot.revokedKeys).toMatchObject([{ keyId: "intruder", reason: "stolen" }]);
    expect(world.plan(wanted).plan).toMatchObject({ verdict: "no_changes", drift: [] });
    outOfBand(world, "DELETE FROM revoked_operator_keys");
    expect(world.plan(wanted).plan.changes).toMatchObject([{ action: "revoke", id: "intruder" }]);
  });
});

describe("the last usable privileged key", () => {
  const gate = (wanted: ReturnType<typeof keys>) =>
    world.plan(wanted).plan.gates.find((candidate) => candidate.name === "last_privileged_key")
      ?.status;

  test("may not be revoked, retired, expired or lowered", () => {
    world.apply(keys(root));
    const expired = operatorKey("operator-root", {
      validUntil: parseTimestamp("2026-11-22T00:00:00Z"),
    });
    expect(gate(keys(root))).toBe("pass");
    expect(gate(keys(operatorKey("operator-root", { state: "retired" })))).toBe("refuse");
    expect(gate(keys(operatorKey("operator-root", { tier: "standard" })))).toBe("refuse");
    expect(gate(keys(expired))).toBe("refuse");
    expect(gate(keys())).toBe("refuse");
    const lost = operatorKey("operator-root", { state: "compromised" });
    expect(gate(keys(lost))).toBe("refuse");
    expect(() => world.apply(keys(lost))).toThrow(
      expect.objectContaining({ code: "plan_refused" }),
    );
    expect(world.snapshot.revokedKeys).toEqual([]);
  });

  test("may go when its replacement comes in the same commit", () => {
    world.apply(keys(root));
    expect(gate(keys(operatorKey("next")))).toBe("pass");
  });
});
