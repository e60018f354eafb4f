/** Operator keys come and go with commits, and each request asks anew which there are. */
import { expect, test } from "vitest";
import { codeIn, messageIn, operatorYaml, Scene } from "../helpers/admin.js";

const COMPROMISED = "  state: compromised\n  since: '2026-11-22T00:00:00Z'\n";
const LIST = { keyId: "operator-new" };

async function status(scene: Scene, keyId: string): Promise<number> {
  return (await scene.list({}, { keyId })).statusCode;
}

async function refusal(scene: Scene, keyId: string): Promise<unknown> {
  const response = await scene.list({}, { keyId });
  const { code, message, details } = response.json<{ error: Record<string, unknown> }>().error;
  return { status: response.statusCode, code, message, details };
}

test("a key counts on the request after its commit, and not after the commit that takes it away", async () => {
  const scene = await Scene.start();
  expect(await status(scene, LIST.keyId)).toBe(401);
  await scene.commit({ "operators/new.yaml": operatorYaml("new", "read") });
  expect(await status(scene, LIST.keyId)).toBe(200);
  await scene.commit({ "operators/new.yaml": operatorYaml("new", "read", "  state: retired\n") });
  expect(await status(scene, LIST.keyId)).toBe(401);
  await scene.commit({ "operators/new.yaml": operatorYaml("new", "read") });
  expect(await status(scene, LIST.keyId)).toBe(200);
  await scene.commit({ "operators/new.yaml": operatorYaml("new", "read", COMPROMISED) });
  expect(await status(scene, LIST.keyId)).toBe(401);
});

test("a key counts within its validity alone", async () => {
  const validity = '  validity: { from: "2026-11-23T00:01:00Z", until: "2026-11-23T00:02:00Z" }\n';
  const scene = await Scene.start({
    files: { "operators/new.yaml": operatorYaml("new", "read", validity) },
  });
  expect(await status(scene, LIST.keyId)).toBe(401);
  scene.followed.clock.pass(60);
  expect(await status(scene, LIST.keyId)).toBe(200);
  scene.followed.clock.pass(60);
  expect(await status(scene, LIST.keyId)).toBe(401);
});

test("a changed tier counts on the next request", async () => {
  const scene = await Scene.start();
  const path = `/admin/recognition-treaties/${scene.treaty}/revoke`;
  const ask = async (): Promise<number> =>
    (await scene.ask(path, {}, { keyId: "operator-clerk" })).statusCode;
  expect(await ask()).toBe(403);
  await scene.commit({ "operators/clerk.yaml": operatorYaml("clerk", "privileged") });
  expect(await ask()).toBe(200);
});

test("a revoked key is answered as one that never was; the audit alone knows better", async () => {
  const scene = await Scene.start();
  await scene.commit({
    "operators/clerk.yaml": operatorYaml("clerk", "standard", "  state: retired\n"),
  });
  await scene.ask("/admin/operator-keys/operator-deputy/revoke", { reason: "stolen" });
  const unknown = await refusal(scene, "operator-nobody");
  expect(unknown).toEqual({
    status: 401,
    code: "admin_auth_failed",
    message: "Unknown admin key",
    details: {},
  });
  expect(await refusal(scene, "operator-deputy")).toEqual(unknown);
  expect(await refusal(scene, "operator-clerk")).toEqual(unknown);
  expect((await scene.audit("admin_auth_failed")).map(({ reason }) => reason)).toEqual([
    "unknown_key",
    "revoked_key",
    "retired_key",
  ]);
});

test("git does not bring a revoked key back", async () => {
  const scene = await Scene.start();
  await scene.ask("/admin/operator-keys/operator-deputy/revoke");
  await scene.commit({ "operators/deputy.yaml": operatorYaml("deputy", "privileged", "\n") });
  expect(await status(scene, "operator-deputy")).toBe(401);
});

test("a revoked key revokes nobody, with a request that it signed before", async () => {
  const scene = await Scene.start();
  const path = "/admin/operator-keys/operator-root/revoke";
  const headers = scene.headers({ path, keyId: "operator-deputy" });
  await scene.ask("/admin/operator-keys/operator-deputy/revoke");
  const response = await scene.send(path, "{}", { headers });
  expect([response.statusCode, codeIn(response), messageIn(response)]).toEqual([
    401,
    "admin_auth_failed",
    "Unknown admin key",
  ]);
});

test("a revocation that another program writes counts on the next request", async () => {
  const scene = await Scene.start();
  expect(await status(scene, "operator-deputy")).toBe(200);
  scene.followed.outOfBand(
    "INSERT INTO revoked_operator_keys (key_id, revoked_at, reason, revoked_by) VALUES (?, ?, ?, ?)",
    "operator-deputy",
    "2026-11-23T00:00:00+00:00",
    "stolen",
    "somebody",
  );
  expect(await status(scene, "operator-deputy")).toBe(401);
});
