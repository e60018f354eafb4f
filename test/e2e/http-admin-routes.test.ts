/** What each route of operators does, and what it refuses. */
import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/model/json.js";
import { codeIn, Scene } from "../helpers/admin.js";
import { keyOf } from "../helpers/keys.js";

const GLOBEX = keyOf("sovereign globex").publicKey;
const TREATY: JsonObject = {
  subject_sovereign_id: "INITECH",
  subject_public_keys: [keyOf("sovereign initech").publicKey],
  scope: { allowed_roles: ["role:client"] },
};
const ATTESTATION: JsonObject = { subject_id: "node-2", roles: ["role:client"] };
const POLICY: JsonObject = {
  recognition_policy: {
    local_sovereign_id: "ACME",
    recognized_issuers: [{ sovereign_id: "GLOBEX", public_keys: [GLOBEX] }],
  },
};

test("a treaty is revoked, and served so before the answer", async () => {
  const scene = await Scene.start();
  const id = scene.treaty;
  const response = await scene.ask(`/admin/recognition-treaties/${id}/revoke`, { reason: "INC-9" });
  expect(response.statusCode).toBe(200);
  expect(response.json()).toEqual({ treaty_id: id, status: "revoked", lineage_ids: [id] });
  expect(response.headers).toMatchObject({
    "cache-control": "no-store",
    "content-type": "application/json",
  });
  expect(await scene.served.json(`/recognition-treaties/${id}`)).toMatchObject({
    status: "revoked",
    revocation_reason: "INC-9",
  });
  expect(await scene.audit("recognition_treaty_revoked")).toEqual([
    { treaty_id: id, reason: "INC-9", by: "operator-root", remote_addr: "192.0.2.1" },
  ]);
});

test("without a body the reason is unspecified", async () => {
  const scene = await Scene.start();
  const id = scene.treaty;
  const path = `/admin/recognition-treaties/${id}/revoke`;
  const response = await scene.served.app.inject({
    method: "POST",
    url: path,
    headers: scene.headers({ path }),
  });
  expect(response.statusCode).toBe(200);
  expect(scene.followed.snapshot.treaties).toMatchObject([{ reason: "unspecified" }]);
});

test("a revocation passes while the controller is suspended", async () => {
  const scene = await Scene.start();
  await scene.followed.controller.suspend({ by: "ana@desk", reason: "INC-9", until: null });
  expect((await scene.ask(`/admin/recognition-treaties/${scene.treaty}/revoke`)).statusCode).toBe(
    200,
  );
});

test("a revocation passes while the policy freezes, and a grant does not", async () => {
  const frozen = `  policy:\n    freeze:\n      - { from: "2026-11-22T00:00:00Z", until: "2026-12-24T00:00:00Z", reason: holidays }\n`;
  const scene = await Scene.start({ adminGrants: "allow" });
  await scene.commit({ "authority.yaml": scene.repo.authority + frozen });
  const grant = await scene.ask("/admin/attestations", ATTESTATION);
  expect([grant.statusCode, codeIn(grant)]).toEqual([409, "plan_refused"]);
  expect((await scene.ask(`/admin/attestations/${scene.attestation}/revoke`)).statusCode).toBe(200);
});

test("an attestation is revoked, and our next feed says so", async () => {
  const scene = await Scene.start();
  const id = scene.attestation;
  const response = await scene.ask(`/admin/attestations/${id}/revoke`, { reason: "left" });
  expect(response.json()).toEqual({ attestation_id: id, status: "revoked", lineage_ids: [id] });
  expect(await scene.served.json("/sovereign-revocation-feed")).toMatchObject({
    revoked_attestation_ids: [id],
    revocation_reasons: { [id]: "left" },
  });
});

test("an operator key is revoked for good, but not the last that could give orders", async () => {
  const scene = await Scene.start();
  const path = "/admin/operator-keys/operator-deputy/revoke";
  expect((await scene.ask(path, { reason: "lost" })).json()).toMatchObject({
    key_id: "operator-deputy",
    revoked: true,
    reason: "lost",
    remaining_active_keys: 3,
  });
  expect((await scene.ask(path)).json()).toEqual({
    key_id: "operator-deputy",
    revoked: true,
    already_revoked: true,
  });
  const last = await scene.ask("/admin/operator-keys/operator-root/revoke");
  expect([last.statusCode, codeIn(last)]).toEqual([409, "last_active_operator_key"]);
  const unknown = await scene.ask("/admin/operator-keys/nobody/revoke");
  expect([unknown.statusCode, codeIn(unknown)]).toEqual([404, "unknown_operator_key"]);
});

test.each<[string, JsonObject, JsonObject]>([
  [
    "/admin/recognition-treaties",
    { ...TREATY, subject_sovereign_id: "GLOBEX" },
    { file: "treaties/globex.yaml", resource: "RecognitionTreaty/globex" },
  ],
  [
    "/admin/recognition-treaties",
    TREATY,
    { file: "treaties/initech.yaml", resource: "RecognitionTreaty/initech" },
  ],
  [
    "/admin/attestations",
    { ...ATTESTATION, subject_id: "node-1" },
    { file: "attestations/node-1.yaml", resource: "MembershipAttestation/node-1" },
  ],
  [
    "/admin/recognition-policy",
    POLICY,
    { file: "policies/acme.yaml", resource: "RecognitionPolicy/acme" },
  ],
])("a grant at %s is managed by git, which names the file", async (path, body, details) => {
  const scene = await Scene.start();
  const { snapshot } = scene.followed;
  const response = await scene.ask(path, body);
  expect(response.statusCode).toBe(409);
  expect(response.json()).toMatchObject({ error: { code: "managed_by_git", details } });
  expect(scene.followed.snapshot.digest).toBe(snapshot.digest);
});

test("where the settings allow it, trust is granted and stays as drift that nobody manages", async () => {
  const scene = await Scene.start({ adminGrants: "allow" });
  const treaty = await scene.ask("/admin/recognition-treaties", { ...TREATY, validity_hours: 24 });
  expect(treaty.statusCode).toBe(201);
  expect(treaty.json()).toMatchObject({
    issuer_sovereign_id: "ACME",
    subject_sovereign_id: "INITECH",
    issued_at: "2026-11-23T00:00:00Z",
    expires_at: "2026-11-24T00:00:00Z",
  });
  const { treaty_id: id } = treaty.json<{ treaty_id: string }>();
  const verified = await scene.served.app.inject({
    method: "POST",
    url: "/recognition-treaties/verify",
    headers: { "content-type": "application/json" },
    payload: JSON.stringify({ treaty: treaty.json<unknown>() }),
  });
  expect(verified.json()).toMatchObject({ accepted: true, trust_basis: "this_authority" });
  const attestation = await scene.ask("/admin/attestations", ATTESTATION);
  expect(attestation.statusCode).toBe(201);
  expect(attestation.json()).toMatchObject({
    subject_id: "node-2",
    expires_at: "2026-11-30T00:00:00Z",
  });
  const policy = await scene.ask("/admin/recognition-policy", POLICY);
  expect(policy.statusCode).toBe(200);
  expect(policy.json()).toMatchObject({ local_sovereign_id: "ACME", active: true });
  await scene.pass();
  expect((await scene.followed.status()).drift).toContainEqual(
    expect.objectContaining({ class: "unmanaged", id }),
  );
});

test.each<[string, JsonValue, number, string]>([
  ["/admin/recognition-treaties", {}, 400, "missing_treaty_subject"],
  [
    "/admin/recognition-treaties",
    { ...TREATY, subject_public_keys: {} },
    400,
    "missing_treaty_subject",
  ],
  [
    "/admin/recognition-treaties",
    { ...TREATY, subject_public_keys: [] },
    400,
    "empty_subject_public_keys",
  ],
  ["/admin/recognition-treaties", { ...TREATY, scope: "all" }, 422, "invalid_treaty_scope"],
  [
    "/admin/recognition-treaties",
    { ...TREATY, scope: { accepted_statuses: ["odd"] } },
    422,
    "invalid_treaty_scope",
  ],
  [
    "/admin/recognition-treaties",
    { ...TREATY, scope: { allowed_roles: ["king"] } },
    400,
    "invalid_role",
  ],
  ["/admin/recognition-treaties", { ...TREATY, validity_hours: 0 }, 400, "invalid_validity_hours"],
  [
    "/admin/recognition-treaties",
    { ...TREATY, validity_hours: null },
    400,
    "invalid_validity_hours",
  ],
  [
    "/admin/recognition-treaties",
    { ...TREATY, validity_hours: 99_999_999 },
    400,
    "invalid_validity_hours",
  ],
  ["/admin/recognition-treaties", { ...TREATY, metadata: [1] }, 400, "bad_request"],
  ["/admin/recognition-treaties", { ...TREATY, issuer_sovereign_id: "HOOLI" }, 400, "bad_request"],
  ["/admin/attestations", {}, 400, "missing_attestation_subject"],
  ["/admin/attestations", { ...ATTESTATION, roles: [] }, 400, "missing_attestation_subject"],
  ["/admin/attestations", { ...ATTESTATION, roles: [1] }, 400, "invalid_role"],
  ["/admin/attestations", { ...ATTESTATION, roles: ["king"] }, 400, "invalid_role"],
  ["/admin/attestations", { ...ATTESTATION, validity_hours: "x" }, 400, "invalid_validity_hours"],
  [
    "/admin/attestations",
    { ...ATTESTATION, issuer_sovereign_id: "HOOLI" },
    400,
    "attestation_issuer_mismatch",
  ],
  ["/admin/attestations", { ...ATTESTATION, subject_public_key: 7 }, 400, "bad_request"],
  ["/admin/recognition-policy", {}, 422, "invalid_recognition_policy"],
  [
    "/admin/recognition-policy",
    { recognition_policy: { local_sovereign_id: "HOOLI", recognized_issuers: [] } },
    422,
    "invalid_recognition_policy",
  ],
  ["/admin/recognition-treaties/nothing/revoke", {}, 404, "treaty_not_found"],
  ["/admin/attestations/nothing/revoke", {}, 404, "attestation_not_found"],
  ["/admin/recognition-treaties/nothing/revoke", { reason: 7 }, 400, "bad_request"],
  ["/admin/recognition-treaties/nothing/revoke", { reason: "" }, 400, "bad_request"],
])("%s with %j is refused", async (path, body, status, code) => {
  const scene = await Scene.start({ adminGrants: "allow" });
  const response = await scene.ask(path, body, { nonce: "refused" });
  expect([response.statusCode, codeIn(response)]).toEqual([status, code]);
  // It was heard: its nonce is spent, and the audit says what it came to.
  expect(await scene.audit("admin_request_refused")).toMatchObject([
    { reason: code, by: "operator-root" },
  ]);
  const again = await scene.ask(path, body, { nonce: "refused" });
  expect([again.statusCode, codeIn(again)]).toEqual([401, "admin_auth_failed"]);
});

test("an id is decoded, and one that is too long stands for nothing", async () => {
  const scene = await Scene.start();
  const path = "/admin/operator-keys/a b/c?/revoke";
  const url = "/admin/operator-keys/a%20b%2Fc%3F/revoke";
  const response = await scene.ask(path, {}, { url });
  expect([response.statusCode, codeIn(response)]).toEqual([404, "unknown_operator_key"]);
  const long = await scene.ask(`/admin/operator-keys/${"a".repeat(257)}/revoke`);
  expect([long.statusCode, codeIn(long)]).toEqual([404, "not_found"]);
});

test.each(["GET", "PUT", "DELETE", "OPTIONS"] as const)("%s is no way to ask", async (method) => {
  const scene = await Scene.start();
  const response = await scene.served.app.inject({ method, url: "/admin/recognition-treaties" });
  expect(response.statusCode).toBe(405);
  expect(response.headers).toMatchObject({ allow: "POST" });
});

test("a web page is refused before it is asked who it is", async () => {
  const scene = await Scene.start();
  const path = `/admin/recognition-treaties/${scene.treaty}/revoke`;
  const response = await scene.ask(path, {}, { headers: { origin: "https://evil.example" } });
  expect([response.statusCode, codeIn(response)]).toEqual([403, "origin_not_allowed"]);
  expect(Object.keys(response.headers).join()).not.toContain("access-control");
  const host = await scene.ask(path, {}, { headers: { host: "evil.example" } });
  expect([host.statusCode, codeIn(host)]).toEqual([403, "host_not_allowed"]);
  expect(scene.followed.snapshot.treaties).toMatchObject([{ status: "active" }]);
});
