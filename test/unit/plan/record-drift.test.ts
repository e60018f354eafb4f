import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  desired,
  feed,
  operatorKey,
  recognitionPolicy,
  signedFeed,
  sovereign,
  treaty,
} from "../../helpers/desired.js";
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

const wanted = desired({ treaties: [treaty("globex", "globex")] });

describe("an operator key that git revoked", () => {
  const second = operatorKey("second");
  const keys = (...more: readonly ReturnType<typeof operatorKey>[]) =>
    desired({ operatorKeys: [operatorKey("operator-root"), ...more] });

  test.each([
    ["out of the tree", keys()],
    ["compromised in the tree", keys({ ...second, state: "compromised" })],
  ])("and somebody un-revoked is revoked again (%s)", (_name, tree) => {
    world.apply(keys(second));
    world.apply(tree);
    outOfBand(world, "DELETE FROM revoked_operator_keys");
    expect(world.plan(tree).plan.changes).toMatchObject([{ action: "revoke", id: "second" }]);
    world.apply(tree);
    expect(world.snapshot.revokedKeys).toMatchObject([{ keyId: "second" }]);
    expect(world.plan(tree).plan).toMatchObject({ verdict: "no_changes", drift: [] });
  });

  test("and that is written active again is revoked again too", () => {
    world.apply(keys(second));
    world.apply(keys());
    outOfBand(world, "DELETE FROM revoked_operator_keys");
    expect(world.plan(keys(second)).plan).toMatchObject({
      drift: [{ class: "reactivated", kind: "OperatorKey" }],
      changes: [{ action: "revoke" }],
    });
  });
});

describe("an operator key whose record was changed outside git", () => {
  const standard = desired({
    operatorKeys: [operatorKey("operator-root"), operatorKey("second", { tier: "standard" })],
  });
  const setTier = (tier: string): void => {
    outOfBand(world, "UPDATE concordat_operator_keys SET tier = ? WHERE key_id = 'second'", tier);
  };

  test("is put back when it was given more", () => {
    world.apply(standard);
    setTier("privileged");
    expect(world.plan(standard).plan.changes).toMatchObject([
      { reason: "drift_altered", risk: "reduces" },
    ]);
    world.apply(standard);
    expect(world.plan(standard).plan).toMatchObject({ verdict: "no_changes", drift: [] });
  });

  test("is only reported when it was given less", () => {
    world.apply(standard);
    setTier("read");
    expect(world.plan(standard).plan).toMatchObject({
      drift: [{ class: "altered", disposition: "report" }],
      changes: [],
    });
  });

  test("is only reported when it is gone", () => {
    world.apply(standard);
    outOfBand(world, "DELETE FROM concordat_operator_keys WHERE key_id = 'second'");
    expect(world.plan(standard).plan).toMatchObject({
      drift: [{ class: "missing", disposition: "report" }],
      changes: [],
    });
  });
});

describe("a recognition policy changed outside git", () => {
  const issuer = {
    sovereignId: "GLOBEX",
    publicKeys: [keyOf("sovereign globex").publicKey],
    allowedRoles: ["role:client"],
    acceptedStatuses: ["active" as const],
  };
  const tree = desired({ policy: recognitionPolicy({ recognizedIssuers: [issuer] }) });

  test("is put back when it recognises more, and reported when it is gone", () => {
    world.apply(tree);
    outOfBand(
      world,
      'UPDATE recognition_policies SET policy_json = replace(policy_json, \'"role:client"\', \'"role:client","role:operator"\')',
    );
    expect(world.plan(tree).plan.changes).toMatchObject([
      { kind: "RecognitionPolicy", risk: "reduces" },
    ]);
    outOfBand(world, "DELETE FROM recognition_policies");
    expect(world.plan(tree).plan).toMatchObject({
      drift: [{ class: "missing", disposition: "report" }],
      changes: [],
    });
  });
});

describe("an operator key written into the state outside git", () => {
  test("is revoked: an out-of-band grant is undone", () => {
    world.apply(wanted);
    outOfBand(
      world,
      "INSERT INTO concordat_operator_keys SELECT 'intruder', public_key, tier, holder, valid_from, valid_until, state FROM concordat_operator_keys",
    );
    expect(world.plan(wanted).plan).toMatchObject({
      drift: [{ class: "unmanaged", kind: "OperatorKey" }],
      changes: [{ action: "revoke", id: "intruder" }],
    });
    world.apply(wanted);
    expect(world.snapshot.revokedKeys).toMatchObject([{ keyId: "intruder" }]);
    expect(world.plan(wanted).plan).toMatchObject({ verdict: "no_changes", drift: [] });
  });
});

test.each(["Sovereign", "RevocationFeed", "RecognitionPolicy"])(
  "an entry of the inventory that names another %s is put right",
  (kind) => {
    const tree = desired({
      sovereigns: [sovereign("globex")],
      feeds: [feed("globex-1", signedFeed("globex", 1, ["member"]))],
      policy: recognitionPolicy(),
    });
    world.apply(tree);
    const before = world.snapshot.inventory;
    outOfBand(world, `UPDATE concordat_inventory SET object_id = 'another' WHERE kind = '${kind}'`);
    expect(world.plan(tree).plan.verdict).not.toBe("no_changes");
    world.apply(tree);
    expect(world.snapshot.inventory).toEqual(before);
    expect(world.plan(tree).plan.verdict).toBe("no_changes");
  },
);
