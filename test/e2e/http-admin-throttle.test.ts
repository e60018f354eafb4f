/** Who fails too often is refused for a while, and nobody who signs as an operator is (docs/threats.md H). */
import type { LightMyRequestResponse } from "fastify";
import { expect, test } from "vitest";
import { codeIn, messageIn, Scene, type Asking } from "../helpers/admin.js";
import { keyOf } from "../helpers/keys.js";

const PATH = "/admin/recognition-treaties/nothing/revoke";
const FORGED: Asking = { key: keyOf("nobody") };
const UNKNOWN: Asking = { keyId: "nobody" };

async function fail(scene: Scene, times: number, asking: Asking): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    const response = await scene.ask(PATH, {}, asking);
    if (response.statusCode !== 401)
      throw new Error(`answered ${response.statusCode} in round ${round}`);
  }
}

function seen(response: LightMyRequestResponse): readonly unknown[] {
  return [response.statusCode, codeIn(response)];
}

const THROTTLED = [429, "admin_auth_throttled"];

test("thirty failures of a key at an address are heard in a minute, and not one more", async () => {
  const scene = await Scene.start();
  await fail(scene, 30, FORGED);
  const response = await scene.ask(PATH, {}, FORGED);
  expect(seen(response)).toEqual(THROTTLED);
  expect(messageIn(response)).toBe(
    "Too many failed admin requests for this key from this address.",
  );
  expect(response.headers["retry-after"]).toBe("60");
  // Neither another key at the address, nor the key at another, nor the address without a key.
  await fail(scene, 1, { ...FORGED, keyId: "operator-deputy" });
  await fail(scene, 1, { ...FORGED, from: "192.0.2.2" });
  await fail(scene, 1, UNKNOWN);
  scene.followed.clock.pass(60);
  await fail(scene, 1, FORGED);
});

test("whoever signs as an operator is served while the scope is throttled", async () => {
  const scene = await Scene.start();
  await fail(scene, 30, FORGED);
  expect(seen(await scene.ask(PATH, {}, FORGED))).toEqual(THROTTLED);
  const path = `/admin/recognition-treaties/${scene.treaty}/revoke`;
  expect((await scene.ask(path)).statusCode).toBe(200);
});

test("an address that names no usable key is throttled as such", async () => {
  const scene = await Scene.start();
  await fail(scene, 15, UNKNOWN);
  await fail(scene, 15, { headers: { "x-admin-nonce": "" } });
  const response = await scene.ask(PATH, {}, UNKNOWN);
  expect(seen(response)).toEqual(THROTTLED);
  expect(messageIn(response)).toBe("Too many failed admin requests from this address.");
});

test("a revoked key counts as an unknown one", async () => {
  const scene = await Scene.start();
  await scene.ask("/admin/operator-keys/operator-deputy/revoke");
  await fail(scene, 30, { keyId: "operator-deputy" });
  expect(seen(await scene.ask(PATH, {}, UNKNOWN))).toEqual(THROTTLED);
});

test("an address as a whole fails at most four times as often", async () => {
  const scene = await Scene.start();
  const keys = ["operator-root", "operator-deputy", "operator-clerk", "operator-viewer"];
  for (const keyId of keys) await fail(scene, 30, { ...FORGED, keyId });
  expect(seen(await scene.ask(PATH, {}, UNKNOWN))).toEqual(THROTTLED);
});

test("a tier that is too low counts, and is never throttled", async () => {
  const scene = await Scene.start();
  const asking = { keyId: "operator-viewer" };
  for (let round = 0; round < 31; round += 1)
    expect((await scene.ask(PATH, {}, asking)).statusCode).toBe(403);
  expect(seen(await scene.ask(PATH, {}, { ...FORGED, ...asking }))).toEqual(THROTTLED);
});

test("of a flood the audit tells the first of each kind, and numbers", async () => {
  const scene = await Scene.start({ limits: { adminRequestsPerMinute: 10_000 } });
  await fail(scene, 30, FORGED);
  await fail(scene, 30, UNKNOWN);
  for (let round = 0; round < 200; round += 1) await scene.ask(PATH, {}, FORGED);
  expect(await scene.audit("admin_auth_failed")).toMatchObject([
    { reason: "invalid_signature", key_id: "operator-root", remote_addr: "192.0.2.1" },
    { reason: "unknown_key", key_id: "nobody" },
  ]);
  expect(await scene.audit("admin_auth_throttled")).toMatchObject([
    { reason: "too_many_failed_admin_requests", scope: "key", key_id: "operator-root" },
  ]);
  scene.followed.clock.pass(60);
  await fail(scene, 1, { ...UNKNOWN, from: "192.0.2.9" });
  expect((await scene.audit("admin_auth_failed")).slice(2)).toMatchObject([
    { reason: "invalid_signature", count: 29, since: "2026-11-23T00:00:00Z" },
    { reason: "unknown_key", count: 29 },
    { reason: "unknown_key", remote_addr: "192.0.2.9" },
  ]);
  // Nothing of what was signed or sent is in there.
  expect(JSON.stringify(await scene.audit("admin_auth_failed"))).not.toMatch(/"nonce"|"signature"/);
});

test("what was counted is written when the service ends", async () => {
  const scene = await Scene.start();
  await fail(scene, 3, UNKNOWN);
  await scene.restart();
  expect(await scene.audit("admin_auth_failed")).toMatchObject([{}, { count: 2 }]);
});

test("three hundred requests a minute are admitted of one address, whoever signs them", async () => {
  const scene = await Scene.start();
  for (let round = 0; round < 300; round += 1) await scene.send(PATH, "{");
  const response = await scene.ask(PATH);
  expect(seen(response)).toEqual([429, "rate_limit_exceeded"]);
  expect(response.headers["retry-after"]).toBe("60");
  expect(seen(await scene.list())).toEqual([429, "rate_limit_exceeded"]);
  expect(seen(await scene.ask(PATH, {}, { from: "192.0.2.2" }))).toEqual([404, "treaty_not_found"]);
  scene.followed.clock.pass(60);
  expect(seen(await scene.ask(PATH))).toEqual([404, "treaty_not_found"]);
});
