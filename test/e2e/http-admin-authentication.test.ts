/** Who is taken for an operator, and who is not (docs/threats.md H). */
import { expect, test } from "vitest";
import { JsonFloat } from "../../src/model/json.js";
import { plusSeconds, fromInstant } from "../../src/protocol/instant.js";
import { codeIn, messageIn, Scene, type Asking } from "../helpers/admin.js";
import { keyOf } from "../helpers/keys.js";

const revocation = (id: string): string => `/admin/recognition-treaties/${id}/revoke`;

/** Asks to revoke the treaty, and tells what became of it. */
async function outcome(scene: Scene, asking: Asking): Promise<readonly unknown[]> {
  const response = await scene.ask(revocation(scene.treaty), { reason: "INC-9" }, asking);
  const [treaty] = scene.followed.snapshot.treaties;
  return [response.statusCode, codeIn(response), messageIn(response), treaty?.status];
}

async function reasons(scene: Scene): Promise<readonly unknown[]> {
  return (await scene.audit("admin_auth_failed")).map((details) => details["reason"]);
}

test.each<[string, Asking]>([
  ["another path", { path: revocation("another") }],
  ["another method", { method: "PUT" }],
  ["another authority", { audience: keyOf("another").publicKey }],
  ["a query that is not sent", { query: { a: ["1"] } }],
  ["another body", { payload: '{"reason":"INC-8"}' }],
  ["another nonce", { headers: { "x-admin-nonce": "another" } }],
  ["a key that is another's", { key: keyOf("operator deputy") }],
  ["version 1", { version: 1 }],
  ["no base64", { headers: { "x-admin-signature": "%%%" } }],
])("a signature over %s is refused", async (_what, asking) => {
  const scene = await Scene.start();
  const { method: signedMethod, ...rest } = asking;
  const headers = scene.headers({
    path: revocation(scene.treaty),
    body: { reason: "INC-9" },
    ...(signedMethod === undefined ? {} : { method: signedMethod }),
    ...rest,
  });
  const sent = { ...rest, headers: { ...headers, ...rest.headers } };
  expect(await outcome(scene, sent)).toEqual([
    401,
    "admin_auth_failed",
    "Invalid admin signature",
    "active",
  ]);
  expect(await reasons(scene)).toEqual(["invalid_signature"]);
  // A forged request spends no nonce.
  expect((await scene.ask(revocation(scene.treaty))).statusCode).toBe(200);
});

test("the body of a request that cannot be an operator's is not read", async () => {
  const scene = await Scene.start();
  const path = revocation(scene.treaty);
  const payload = '{"reason":';
  const codes: unknown[] = [];
  for (const asking of [
    { keyId: "nobody", key: keyOf("nobody") },
    { timestamp: "2026-11-22T00:00:00Z" },
    { headers: { "x-admin-signature": "" } },
  ])
    codes.push(codeIn(await scene.ask(path, {}, { payload, ...asking })));
  expect(codes).toEqual(["admin_auth_failed", "admin_auth_failed", "admin_auth_failed"]);
  expect(await reasons(scene)).toEqual(["unknown_key", "stale_timestamp", "missing_headers"]);
  expect(codeIn(await scene.ask(path, {}, { payload }))).toBe("invalid_json");
});

test("space in the body is not signed, but every value and its form is", async () => {
  const scene = await Scene.start();
  const path = revocation(scene.treaty);
  const body = { reason: "INC-9", weight: new JsonFloat(1) };
  const integer = await scene.ask(path, body, { payload: '{"reason":"INC-9","weight":1}' });
  expect(integer.statusCode).toBe(401);
  // Canonical JSON is what is signed, as in the reference: how it is spaced is not.
  const spaced = await scene.ask(path, body, { payload: '{ "weight": 1.0, "reason": "INC-9" }' });
  expect(spaced.statusCode).toBe(200);
});

test("the values of a query are signed in their order", async () => {
  const scene = await Scene.start();
  const path = revocation(scene.treaty);
  const query = { a: ["1", "2"] };
  const turned = await scene.ask(path, {}, { url: `${path}?a=2&a=1`, query });
  expect(turned.statusCode).toBe(401);
  const kept = await scene.ask(path, {}, { url: `${path}?a=1&a=2`, query });
  expect(kept.statusCode).toBe(200);
});

test.each<[string, string, string]>([
  ["-301 s", "stale_timestamp", "Admin request timestamp too old"],
  ["+301 s", "stale_timestamp", "Admin request timestamp too old"],
  ["9999-12-31T23:59:59Z", "stale_timestamp", "Admin request timestamp too old"],
  ["2026-11-23T00:00:00+00:60", "invalid_timestamp", "Invalid admin timestamp"],
  ["yesterday", "invalid_timestamp", "Invalid admin timestamp"],
  ["", "missing_headers", "Missing admin authentication headers"],
])("the timestamp %j is refused", async (text, reason, message) => {
  const scene = await Scene.start();
  const offset = /^([+-]\d+) s$/.exec(text)?.[1];
  const timestamp =
    offset === undefined ? text : fromInstant(plusSeconds(scene.now, Number(offset)));
  expect(await outcome(scene, { timestamp })).toEqual([
    401,
    "admin_auth_failed",
    message,
    "active",
  ]);
  expect(await reasons(scene)).toEqual([reason]);
});

test.each(["2026-11-23T00:00:00", "2026-11-22T23:55:00Z", "2026-11-23T01:05:00+01:00"])(
  "the timestamp %s is of this time",
  async (timestamp) => {
    const scene = await Scene.start();
    const response = await scene.ask(revocation(scene.treaty), {}, { timestamp });
    expect(response.statusCode).toBe(200);
  },
);

test.each([
  ["x-admin-key-id", "missing_headers"],
  ["x-admin-timestamp", "missing_headers"],
  ["x-admin-nonce", "missing_headers"],
  ["x-admin-signature", "missing_headers"],
])("without %s nobody asks", async (name, reason) => {
  const scene = await Scene.start();
  const refused = await outcome(scene, { headers: { [name]: "" } });
  expect(refused[2]).toBe("Missing admin authentication headers");
  expect(await reasons(scene)).toEqual([reason]);
});

test("a field of more than 256 characters is refused, and cut in the audit", async () => {
  const scene = await Scene.start();
  const keyId = "a".repeat(4000);
  const refused = await outcome(scene, { keyId, key: keyOf("operator root") });
  expect(refused.slice(0, 3)).toEqual([
    401,
    "admin_auth_failed",
    "Invalid admin authentication headers",
  ]);
  expect(await scene.audit("admin_auth_failed")).toMatchObject([
    { reason: "oversized_headers", key_id: "a".repeat(256) },
  ]);
});

test("a nonce counts once: at once, after a restart, and after the clock was set back", async () => {
  const scene = await Scene.start();
  const path = revocation(scene.treaty);
  const headers = scene.headers({ path });
  const send = async (): Promise<readonly unknown[]> => {
    const response = await scene.send(path, "{}", { headers });
    return [response.statusCode, messageIn(response)];
  };
  expect((await send())[0]).toBe(200);
  const replayed = [401, "Admin nonce already used"];
  expect(await send()).toEqual(replayed);
  await scene.restart();
  expect(await send()).toEqual(replayed);
  // Long after the nonce was forgotten its request is too old.
  scene.followed.clock.pass(3600);
  expect((await scene.ask(path, {}, { from: "192.0.2.2" })).statusCode).toBe(200);
  expect(await send()).toEqual([401, "Admin request timestamp too old"]);
  scene.followed.clock.pass(-3600);
  expect((await send())[0]).toBe(401);
  expect(await scene.audit("recognition_treaty_revoked")).toHaveLength(1);
});

test("of one request that is sent twice at once, one is done", async () => {
  const scene = await Scene.start();
  const path = revocation(scene.treaty);
  const headers = scene.headers({ path });
  const answers = await Promise.all([
    scene.send(path, "{}", { headers }),
    scene.send(path, "{}", { headers }),
  ]);
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 401]));
});

test("the nonce of one key is no other's", async () => {
  const scene = await Scene.start();
  const path = revocation(scene.treaty);
  for (const keyId of ["operator-root", "operator-deputy"])
    expect((await scene.ask(path, {}, { nonce: "one", keyId })).statusCode).toBe(200);
});

test("version 1 holds where the settings accept it, and each use is written down", async () => {
  const scene = await Scene.start({ adminLegacySignatures: "accept" });
  const path = revocation(scene.treaty);
  const response = await scene.ask(path, { reason: "INC-9" }, { version: 1 });
  expect(response.statusCode).toBe(200);
  expect(await scene.audit("admin_legacy_signature_used")).toEqual([
    { action: "revoke_treaty", by: "operator-root", remote_addr: "192.0.2.1" },
  ]);
  expect((await scene.ask(path)).statusCode).toBe(200);
  expect(await scene.audit("admin_legacy_signature_used")).toHaveLength(1);
});

test.each(["operator-clerk", "operator-viewer"])(
  "%s may not revoke, and is heard no second time",
  async (keyId) => {
    const scene = await Scene.start();
    expect(await outcome(scene, { keyId, nonce: "one" })).toEqual([
      403,
      "insufficient_operator_tier",
      "This operation requires the privileged operator tier.",
      "active",
    ]);
    expect(await scene.audit("admin_authz_denied")).toMatchObject([
      { key_id: keyId, required_tier: "privileged" },
    ]);
    expect((await outcome(scene, { keyId, nonce: "one" }))[0]).toBe(401);
  },
);

test.each<[string, Asking, number]>([
  ["a body of no JSON", { payload: "{" }, 400],
  ["a body that names a key twice", { payload: '{"reason":"a","reason":"a"}' }, 400],
  ["a body that is no object", { payload: "[]" }, 400],
  ["another type", { headers: { "content-type": "text/plain" } }, 415],
  ["another charset", { headers: { "content-type": "application/json; charset=utf-7" } }, 415],
  ["a type that is half another", { headers: { "content-type": "application/json\ta" } }, 415],
  ["a body that is too large", { payload: `{"reason":"${"a".repeat(66_000)}"}` }, 413],
])("%s reaches nobody", async (_what, asking, status) => {
  const scene = await Scene.start();
  const [code, , , treaty] = await outcome(scene, asking);
  expect([code, treaty]).toEqual([status, "active"]);
});

test("nobody can be asked before the first apply", async () => {
  const scene = await Scene.start({ files: { "authority.yaml": "kind: Nothing\n" } });
  const response = await scene.ask("/admin/attestations");
  expect([response.statusCode, messageIn(response)]).toEqual([401, "Unknown admin key"]);
});

test("a service that only reads says so", async () => {
  const scene = await Scene.start();
  const { Served } = await import("../helpers/served.js");
  const served = new Served({ db: scene.repo.db, now: scene.now });
  const response = await served.app.inject({ method: "POST", url: "/admin/attestations" });
  expect([response.statusCode, codeIn(response)]).toEqual([503, "no_controller"]);
  await served.close();
});
