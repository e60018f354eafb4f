/** What a sovereign publishes about itself arrives as it was signed. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAttestation, parseFeed, parseGenesis } from "../../src/protocol/documents.js";
import { parseJson } from "../../src/protocol/json.js";
import { signatureHolds, verifyFeed } from "../../src/protocol/verify.js";
import {
  attestation,
  authority,
  desired,
  recognitionPolicy,
  revocation,
} from "../helpers/desired.js";
import { keyOf } from "../helpers/keys.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

const world = new World();
const own = authority({ endpoint: "https://na.example:8443/" });
const alpha = attestation("alpha");
let served: Served;

beforeAll(() => {
  world.apply(
    desired({
      authority: own,
      attestations: [alpha, attestation("beta")],
      policy: recognitionPolicy(),
    }),
  );
  served = new Served(world);
});

afterAll(async () => {
  await served.close();
  world.close();
});

const authorityKey = keyOf("authority").publicKey;

test("/genesis is the signed genesis", async () => {
  const { body, headers } = await served.get("/genesis");
  expect(headers["content-type"]).toBe("application/json");
  expect(signatureHolds(parseGenesis(parseJson(body)), [keyOf("root").publicKey])).not.toBeNull();
});

test("/sovereign.json is what the reference's tools compare with the genesis", async () => {
  expect(await served.json("/sovereign.json")).toEqual({
    sovereign_id: "ACME",
    network_name: "ACME",
    network_version: "v0.1",
    endpoint: "https://na.example:8443",
    network_authority: {
      public_key: authorityKey,
      valid_from: "2026-01-01T00:00:00+00:00",
      valid_to: "2036-01-01T00:00:00+00:00",
    },
    root_public_key: keyOf("root").publicKey,
    policy_manifest: { hash: "sha256:placeholder", url: null },
    bootstrap_anchor_count: 0,
    supported_surfaces: {
      genesis: "https://na.example:8443/genesis",
      recognition_treaties: "https://na.example:8443/recognition-treaties",
      sovereign_revocation_feed: "https://na.example:8443/sovereign-revocation-feed",
      connectome: "https://na.example:8443/connectome.json",
      recognition_graph: "https://na.example:8443/recognition-graph",
    },
  });
});

test("an endpoint given to the service goes before the Authority's, and Host never counts", async () => {
  const other = new Served(world, { endpoint: "https://other.example" });
  const { body } = await other.get("/sovereign.json", { host: "127.0.0.1:99" });
  expect(JSON.parse(body)).toMatchObject({ endpoint: "https://other.example" });
  expect(body).not.toContain("127.0.0.1");
  await other.close();
});

test("/recognition-policy is the policy in force", async () => {
  expect(await served.json("/recognition-policy")).toEqual({
    local_sovereign_id: "ACME",
    recognized_issuers: [],
    revoked_attestation_ids: [],
  });
});

test("/attestations tells only how many there are", async () => {
  expect(await served.json("/attestations")).toEqual({ count: 2 });
  expect(await served.json("/attestations?status=active")).toEqual({ count: 2 });
  expect(await served.json("/attestations?status=revoked")).toEqual({ count: 0 });
  expect(await served.json("/attestations?status=unheard-of")).toEqual({ count: 0 });
  expect(await served.json("/attestations?status=")).toEqual({ count: 2 });
});

test.each(["/attestations?subject_id=subject-alpha", "/attestations?issuer_sovereign_id=ACME"])(
  "%s is for operators",
  async (url) => {
    const response = await served.get(url);
    expect(response.statusCode).toBe(401);
    expect(response.json()).toMatchObject({ error: { code: "admin_auth_failed" } });
  },
);

test("nothing is listed for operators where nobody writes their nonces down", async () => {
  const response = await served.get("/attestations", { "x-admin-key-id": "operator-root" });
  expect(response.statusCode).toBe(503);
  expect(response.json()).toMatchObject({ error: { code: "no_controller" } });
});

test("/attestations/<id> is the signed attestation beside its status", async () => {
  const [row] = world.snapshot.attestations;
  const { attestation: document, ...rest } = await served.json<{ attestation: unknown }>(
    `/attestations/${row?.id}`,
  );
  expect(rest).toEqual({ status: "active", revoked_at: null, revocation_reason: null });
  expect(
    signatureHolds(parseAttestation(parseJson(JSON.stringify(document))), [authorityKey]),
  ).not.toBeNull();
});

test("the feed is signed once per change, and its number only rises", async () => {
  const url = "/sovereign-revocation-feed";
  const before = await served.get(url);
  expect((await served.get(`${url}?issuer_sovereign_id=ACME`)).body).toBe(before.body);
  const first = verifyFeed(parseFeed(parseJson(before.body)), [authorityKey], { issuer: "ACME" });
  expect(first).toMatchObject({
    accepted: true,
    document: { body: { sequence: 0, revoked_attestation_ids: [] } },
  });

  const revoke = revocation("alpha-out", {
    targetKind: "MembershipAttestation",
    targetName: "alpha",
    reason: "left",
  });
  world.apply(
    desired({
      authority: own,
      attestations: [alpha, attestation("beta")],
      revocations: [revoke],
      policy: recognitionPolicy(),
    }),
  );
  const after = await served.get(url);
  const second = verifyFeed(parseFeed(parseJson(after.body)), [authorityKey], {
    highestSequence: 0,
  });
  const revoked = world.snapshot.attestations.find((row) => row.status === "revoked");
  expect(second).toMatchObject({
    accepted: true,
    document: { body: { revoked_attestation_ids: [revoked?.id] } },
  });
  expect(await served.json(`/attestations/${revoked?.id}`)).toMatchObject({
    status: "revoked",
    revocation_reason: "left",
  });
  expect(await served.json("/attestations?status=revoked")).toEqual({ count: 1 });
});

test.each([
  ["/sovereign-revocation-feed?issuer_sovereign_id=GLOBEX", 400, "feed_issuer_mismatch"],
  ["/sovereign-revocation-feed?issuer_sovereign_id=", 400, "feed_issuer_mismatch"],
  ["/attestations/unknown", 404, "attestation_not_found"],
  ["/recognition-treaties/unknown", 404, "treaty_not_found"],
])("%s is answered %i %s", async (url, status, code) => {
  const response = await served.get(url);
  expect(response.statusCode).toBe(status);
  expect(response.json()).toMatchObject({ error: { code } });
});

test("no policy in force is 404", async () => {
  world.apply(
    desired({
      authority: own,
      attestations: [alpha, attestation("beta")],
      revocations: [
        revocation("alpha-out", {
          targetKind: "MembershipAttestation",
          targetName: "alpha",
          reason: "left",
        }),
      ],
    }),
  );
  const response = await served.get("/recognition-policy");
  expect(response.statusCode).toBe(404);
  expect(response.json()).toMatchObject({ error: { code: "recognition_policy_not_configured" } });
});
