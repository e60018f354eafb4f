import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  authority,
  desired,
  operatorKey,
  OWN,
  POLICY,
  recognitionPolicy,
  sovereign,
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

const root = operatorKey("operator-root");
const keys = (...more: readonly ReturnType<typeof operatorKey>[]) =>
  desired({ operatorKeys: [root, ...more] });

describe("a record changed outside git, whose spec then changes in git", () => {
  const second = operatorKey("second");
  const renamed = operatorKey("second", { holder: "another holder" });

  test("widens when it gives back what was taken from a key", () => {
    world.apply(keys(second));
    outOfBand(
      world,
      "UPDATE concordat_operator_keys SET state = 'retired' WHERE key_id = 'second'",
    );
    expect(world.plan(keys(renamed)).plan).toMatchObject({
      drift: [{ class: "altered", kind: "OperatorKey", disposition: "report" }],
      changes: [
        {
          action: "update",
          risk: "widens",
          before: { state: "retired" },
          fields: [{ path: "/holder" }, { path: "/state", before: "retired", risk: "widens" }],
        },
      ],
    });
  });

  test("widens when the key's record is gone, unless it is retired", () => {
    world.apply(keys(second));
    outOfBand(world, "DELETE FROM concordat_operator_keys WHERE key_id = 'second'");
    expect(world.plan(keys(renamed)).plan).toMatchObject({
      drift: [{ class: "missing" }],
      changes: [{ risk: "widens", before: null }],
    });
    expect(world.plan(keys(operatorKey("second", { state: "retired" }))).plan).toMatchObject({
      changes: [{ risk: "keeps", before: null }],
    });
  });

  test("keeps when nothing was changed outside git", () => {
    world.apply(keys(second));
    expect(world.plan(keys(renamed)).plan).toMatchObject({
      drift: [],
      changes: [{ risk: "keeps", fields: [{ path: "/holder" }] }],
    });
  });

  test("widens when it gives a sovereign a key back", () => {
    const publicKeys = [keyOf("sovereign globex").publicKey, keyOf("second key").publicKey];
    const globex = sovereign("globex", { publicKeys });
    world.apply(desired({ sovereigns: [globex] }));
    outOfBand(
      world,
      "UPDATE concordat_sovereigns SET public_keys_json = ?",
      JSON.stringify([publicKeys[0]]),
    );
    const moved = desired({ sovereigns: [{ ...globex, endpoint: "https://globex.example" }] });
    expect(world.plan(moved).plan).toMatchObject({
      drift: [{ class: "altered", kind: "Sovereign", disposition: "report" }],
      changes: [{ action: "update", risk: "widens" }],
    });
  });
});

describe("a record that is gone and leaves the tree", () => {
  test("is forgotten: there is nothing to remove", () => {
    world.apply(desired({ policy: recognitionPolicy() }));
    outOfBand(world, "DELETE FROM concordat_sovereigns WHERE sovereign_id = 'INITECH'");
    outOfBand(world, "DELETE FROM recognition_policies");
    const rest = desired({ sovereigns: [sovereign("globex")] });
    expect(world.plan(rest).plan.changes).toMatchObject([
      { action: "forget", kind: "RecognitionPolicy", risk: "keeps" },
      { action: "forget", kind: "Sovereign", risk: "keeps" },
    ]);
    world.apply(rest);
    expect(world.plan(rest).plan).toMatchObject({ verdict: "no_changes", drift: [] });
  });
});

describe("a recognition policy written into the state outside git", () => {
  const issuer = {
    sovereignId: "GLOBEX",
    publicKeys: [keyOf("sovereign globex").publicKey],
    allowedRoles: ["role:client"],
    acceptedStatuses: ["active" as const],
  };
  const tree = desired({ policy: recognitionPolicy({ recognizedIssuers: [issuer] }) });
  const term = {
    sovereign_id: "GLOBEX",
    public_keys: issuer.publicKeys,
    allowed_roles: issuer.allowedRoles,
    accepted_statuses: issuer.acceptedStatuses,
  };
  const text = (given: object) =>
    JSON.stringify({
      local_sovereign_id: OWN,
      recognized_issuers: [term],
      revoked_attestation_ids: [],
      ...given,
    });
  const insert = (): void => {
    outOfBand(
      world,
      "INSERT INTO recognition_policies (policy_id, policy_json, active, created_at) VALUES ('foreign', ?, 1, '2026-11-23T00:00:00+00:00')",
      text({}),
    );
  };

  test("is removed when the tree has none", () => {
    world.apply(desired());
    insert();
    expect(world.plan(desired()).plan).toMatchObject({
      drift: [{ class: "unmanaged", kind: "RecognitionPolicy", name: null, id: "foreign" }],
      changes: [{ action: "remove", reason: "drift_unmanaged", risk: "reduces" }],
    });
    world.apply(desired());
    expect(world.snapshot.policy).toBeNull();
    expect(world.plan(desired()).plan).toMatchObject({ verdict: "no_changes", drift: [] });
  });

  test("is only reported with selfHeal off", () => {
    const off = desired({ authority: authority({ policy: { ...POLICY, selfHeal: "off" } }) });
    world.apply(off);
    insert();
    expect(world.plan(off).plan).toMatchObject({
      drift: [{ class: "unmanaged", disposition: "report" }],
      changes: [],
    });
  });

  const foreign = { ...term, public_keys: [keyOf("foreign").publicKey], allowed_roles: ["role:x"] };
  test.each([
    ["names an issuer twice, the foreign one first", { recognized_issuers: [foreign, term] }],
    ["names an issuer twice, the foreign one last", { recognized_issuers: [term, foreign] }],
    ["has an unknown field", { extra: true }],
    ["has an unknown field in an issuer", { recognized_issuers: [{ ...term, extra: true }] }],
    ["names another sovereign as ours", { local_sovereign_id: "GLOBEX" }],
  ])("is put back when it %s", (_name, given) => {
    world.apply(tree);
    outOfBand(world, "UPDATE recognition_policies SET policy_json = ?", text(given));
    expect(world.plan(tree).plan).toMatchObject({
      drift: [{ class: "altered", kind: "RecognitionPolicy", disposition: "replace" }],
      changes: [{ reason: "drift_altered" }],
    });
    const { policy } = world.snapshot;
    world.apply(tree);
    expect(world.snapshot.policy).not.toEqual(policy);
    expect(world.plan(tree).plan).toMatchObject({ verdict: "no_changes", drift: [] });
  });

  test.each(["{", "[]", '{"a":1,"a":2}'])("is drift and no failure when it is %s", (json) => {
    world.apply(tree);
    outOfBand(world, "UPDATE recognition_policies SET policy_json = ?", json);
    expect(world.plan(tree).plan).toMatchObject({
      drift: [{ class: "altered", kind: "RecognitionPolicy" }],
    });
  });
});
