/** What two changes take away is taken away once. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { authority, desired, operatorKey, POLICY, sovereign } from "../../helpers/desired.js";
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

test("a sovereign that two names of the inventory stand for", () => {
  const from = parseTimestamp("2026-11-22T00:00:00Z");
  const until = parseTimestamp("2026-11-24T00:00:00Z");
  const frozen = authority({ policy: { ...POLICY, freeze: [{ from, until, reason: "audit" }] } });
  const hooli = { sovereignId: "HOOLI" };
  world.apply(desired({ authority: frozen, sovereigns: [sovereign("one", hooli)] }));
  const moved = [sovereign("one", { sovereignId: "GLOBEX" }), sovereign("two", hooli)];
  world.apply(desired({ authority: frozen, sovereigns: moved }));
  world.apply(desired({ sovereigns: [] }));
  expect(world.snapshot.sovereigns).toEqual([]);
  expect(world.plan(desired({ sovereigns: [] })).plan.verdict).toBe("no_changes");
});

test("a key whose revocation was taken back outside git, under its old name and its new one", () => {
  const policy = (selfHeal: "off" | "on") => authority({ policy: { ...POLICY, selfHeal } });
  const lost = operatorKey("a", { keyId: "k1", state: "compromised" });
  const renamed = operatorKey("b", { keyId: "k1", publicKey: lost.publicKey });
  world.apply(desired({ authority: policy("off"), operatorKeys: [root, lost] }));
  outOfBand(world, "DELETE FROM revoked_operator_keys");
  world.apply(desired({ authority: policy("on"), operatorKeys: [root, renamed] }));
  world.apply(desired({ operatorKeys: [root] }));
  expect(world.snapshot.revokedKeys).toMatchObject([{ keyId: "k1" }]);
  expect(world.plan(desired({ operatorKeys: [root] })).plan.verdict).toBe("no_changes");
});
