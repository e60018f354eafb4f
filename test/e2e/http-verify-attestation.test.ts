/** What is said of an attestation: every reason in the order of the rules, and what the state adds to them. */
import { describe, expect, test } from "vitest";
import type { Desired } from "../../src/model/desired.js";
import type { JsonObject, JsonValue } from "../../src/model/json.js";
import { parseTimestamp } from "../../src/protocol/instant.js";
import {
  attestation,
  feed,
  recognitionPolicy,
  revocation,
  signedFeed,
  sovereign,
  treaty,
} from "../helpers/desired.js";
import { keyOf } from "../helpers/keys.js";
import { post, signedAttestation, signedTreaty } from "../helpers/posted.js";
import { ATTESTATION, Verifying, WITH_TREATY } from "../helpers/verifying.js";

const GLOBEX = keyOf("sovereign globex").publicKey;
const INITECH = keyOf("sovereign initech").publicKey;

describe("an attestation under a treaty", () => {
  const ask = async (asked: Verifying, given: JsonObject = {}): Promise<JsonObject> => ({
    attestation: signedAttestation(),
    treaty: await asked.ownTreaty(),
    ...given,
  });
  const decide = async (asked: Verifying, given?: JsonObject): Promise<unknown> =>
    await asked.verdict(WITH_TREATY, await ask(asked, given));

  test("is accepted, and the answer names all that was judged", async () => {
    const asked = Verifying.over();
    const { treaty_id } = await asked.ownTreaty();
    expect(await decide(asked)).toEqual({
      accepted: true,
      reason: "accepted",
      trust_basis: "this_authority",
      treaty_id,
      attestation_id: "attestation-1",
      issuer_sovereign_id: "ACME",
      subject_sovereign_id: "GLOBEX",
    });
  });

  test.each<[string, JsonValue]>([
    ["attestation_bad_status", signedAttestation({ status: "suspended" })],
    [
      "attestation_outside_validity_window",
      signedAttestation({ expires_at: parseTimestamp("2026-11-02T00:00:00Z") }),
    ],
    ["attestation_role_not_allowed", signedAttestation({ roles: ["role:client", "role:anchor"] })],
    ["attestation_missing_signature", { ...(signedAttestation() as JsonObject), signatures: [] }],
    ["attestation_invalid_signature", signedAttestation({}, "sovereign initech")],
    ["treaty_wrong_subject", signedAttestation({ issuer_sovereign_id: "OTHER" })],
  ])("%s", async (expected, given) => {
    const asked = Verifying.over();
    expect(await decide(asked, { attestation: given })).toMatchObject({
      accepted: false,
      reason: expected,
    });
  });

  test("treaty_not_held, treaty_issuer_not_recognized and the treaty's own reasons", async () => {
    const asked = Verifying.over();
    const own = await asked.ownTreaty();
    const reasonOf = async (given: JsonObject): Promise<unknown> =>
      await asked.reason(WITH_TREATY, await ask(asked, given));
    expect(await reasonOf({ treaty: { ...own, issued_by: "x" } })).toBe("treaty_not_held");
    const theirs = signedTreaty({ issuer_sovereign_id: "OTHER", subject_sovereign_id: "GLOBEX" });
    expect(await reasonOf({ treaty: theirs })).toBe("treaty_issuer_not_recognized");
    const wrong = { treaty: theirs, treaty_issuer_public_keys: [INITECH] };
    expect(await reasonOf(wrong)).toBe("treaty_invalid_signature");
    asked.world.pass(169 * 3_600);
    expect(await reasonOf({})).toBe("treaty_outside_validity_window");
  });

  test("a revocation of its issuer that was imported counts, another issuer's does not", async () => {
    const recognise = [treaty("globex", "globex"), treaty("initech", "initech")];
    const asked = Verifying.over({
      treaties: recognise,
      feeds: [feed("i", signedFeed("initech", 1, ["attestation-1"]))],
    });
    expect(await decide(asked)).toMatchObject({ accepted: true });
    const feeds = [feed("g", signedFeed("globex", 1, ["attestation-1"]))];
    asked.apply({ treaties: recognise, feeds });
    expect(await decide(asked)).toMatchObject({ reason: "attestation_locally_revoked" });
  });

  test("in our name it must be one that we hold, under another's treaty with us too", async () => {
    const asked = Verifying.over({ attestations: [attestation("alpha")] });
    const [row] = asked.world.snapshot.attestations;
    const own = await asked.stored(`/attestations/${row?.id}`, "attestation");
    const theirs = {
      treaty: signedTreaty({
        subject_sovereign_id: "ACME",
        subject_public_keys: [keyOf("authority").publicKey],
      }),
      treaty_issuer_public_keys: [GLOBEX],
    };
    expect(await decide(asked, { ...theirs, attestation: own })).toMatchObject({
      accepted: true,
      trust_basis: "caller_supplied_keys",
    });
    const forged = signedAttestation({ issuer_sovereign_id: "ACME" }, "authority");
    expect(await decide(asked, { ...theirs, attestation: forged })).toMatchObject({
      accepted: false,
      reason: "attestation_not_held",
    });
  });

  test("a treaty that is revoked here admits nobody", async () => {
    const asked = Verifying.over();
    const own = await asked.ownTreaty();
    const revocations = [revocation("end", { targetName: "globex" })];
    asked.apply({ revocations });
    expect(await decide(asked, { treaty: own })).toMatchObject({
      reason: "treaty_locally_revoked",
    });
  });
});

describe("with a maxAge the issuer's newest feed must be young", () => {
  const DAY = 86_400;
  const at = (maxAge: number | null): Partial<Desired> => ({
    sovereigns: [sovereign("globex", { feed: { url: null, maxAge, suspend: false } })],
  });
  const policy = {
    local_sovereign_id: "ACME",
    recognized_issuers: [
      { sovereign_id: "GLOBEX", public_keys: [GLOBEX], allowed_roles: ["role:client"] },
    ],
  };
  const reasons = async (asked: Verifying, more: JsonObject = {}): Promise<readonly unknown[]> => {
    const body = { attestation: signedAttestation(), ...more };
    return [
      await asked.reason(WITH_TREATY, { ...body, treaty: await asked.ownTreaty() }),
      await asked.reason(ATTESTATION, { ...body, recognition_policy: policy }),
    ];
  };
  const STALE = ["attestation_revocation_feed_stale", "revocation_feed_stale"];

  test("no feed, an old one, a young one", async () => {
    const asked = Verifying.over(at(30 * DAY));
    expect(await reasons(asked)).toEqual(STALE);
    const feeds = [feed("g", signedFeed("globex", 1, []))];
    asked.apply({ ...at(30 * DAY), feeds });
    // Signed 22 days ago.
    expect(await reasons(asked)).toEqual(["accepted", "accepted"]);
    asked.apply({ ...at(22 * DAY - 1), feeds });
    expect(await reasons(asked)).toEqual(STALE);
    asked.apply({ ...at(22 * DAY), feeds });
    expect(await reasons(asked)).toEqual(["accepted", "accepted"]);
    asked.world.pass(1);
    expect(await reasons(asked)).toEqual(STALE);
  });

  test("what would be refused anyway keeps its own reason, and without a maxAge nothing is asked", async () => {
    const asked = Verifying.over(at(DAY));
    expect(
      await reasons(asked, { attestation: signedAttestation({ roles: ["role:anchor"] }) }),
    ).toEqual(["attestation_role_not_allowed", "role_not_allowed"]);
    asked.apply({ ...at(null) });
    expect(await reasons(asked)).toEqual(["accepted", "accepted"]);
  });
});

describe("an attestation under a policy", () => {
  const TERMS = {
    sovereign_id: "GLOBEX",
    public_keys: [GLOBEX],
    allowed_roles: ["role:client"],
    accepted_statuses: ["active"],
  };
  const policy = (terms: JsonObject = {}, revoked: readonly string[] = []): JsonObject => ({
    local_sovereign_id: "ACME",
    recognized_issuers: [{ ...TERMS, ...terms }],
    revoked_attestation_ids: revoked,
  });

  test("of the caller is judged by it, and the answer names the attestation", async () => {
    const asked = Verifying.over();
    expect(
      await asked.verdict(ATTESTATION, {
        attestation: signedAttestation(),
        recognition_policy: policy(),
      }),
    ).toEqual({
      accepted: true,
      reason: "accepted",
      issuer_sovereign_id: "GLOBEX",
      attestation_id: "attestation-1",
    });
  });

  test.each<[string, JsonObject]>([
    ["unknown_issuer", policy({ sovereign_id: "OTHER" })],
    ["locally_revoked", policy({}, ["attestation-1"])],
    ["bad_status", policy({ accepted_statuses: ["suspended"] })],
    ["role_not_allowed", policy({ allowed_roles: [] })],
    ["invalid_signature", policy({ public_keys: [INITECH] })],
  ])("%s", async (expected, recognition_policy) => {
    const asked = Verifying.over();
    expect(
      await asked.reason(ATTESTATION, { attestation: signedAttestation(), recognition_policy }),
    ).toBe(expected);
  });

  test("without one of the caller's the policy in force counts; there may be none", async () => {
    const asked = Verifying.over();
    const none = await post(asked.served, ATTESTATION, { attestation: signedAttestation() });
    expect(none.statusCode).toBe(400);
    expect(none.json()).toMatchObject({ error: { code: "missing_recognition_policy" } });
    const inForce = recognitionPolicy({
      recognizedIssuers: [
        {
          sovereignId: "GLOBEX",
          publicKeys: [GLOBEX],
          allowedRoles: ["role:client"],
          acceptedStatuses: ["active"],
        },
      ],
    });
    asked.apply({ policy: inForce });
    expect(await asked.reason(ATTESTATION, { attestation: signedAttestation() })).toBe("accepted");
  });

  test("a revocation that was imported counts here too", async () => {
    const asked = Verifying.over({
      feeds: [feed("g", signedFeed("globex", 1, ["attestation-1"]))],
    });
    expect(
      await asked.reason(ATTESTATION, {
        attestation: signedAttestation(),
        recognition_policy: policy(),
      }),
    ).toBe("locally_revoked");
  });

  test("in our name it must be one that we hold, and have not revoked", async () => {
    const key = keyOf("authority").publicKey;
    const recognition_policy = policy({ sovereign_id: "ACME", public_keys: [key] });
    const attestations = [attestation("alpha")];
    const asked = Verifying.over({ attestations });
    const [row] = asked.world.snapshot.attestations;
    const own = await asked.stored(`/attestations/${row?.id}`, "attestation");
    expect(await asked.reason(ATTESTATION, { attestation: own, recognition_policy })).toBe(
      "accepted",
    );
    const forged = signedAttestation({ issuer_sovereign_id: "ACME" }, "authority");
    expect(await asked.reason(ATTESTATION, { attestation: forged, recognition_policy })).toBe(
      "not_held",
    );
    const revocations = [
      revocation("end", { targetKind: "MembershipAttestation", targetName: "alpha" }),
    ];
    asked.apply({ attestations, revocations });
    expect(await asked.reason(ATTESTATION, { attestation: own, recognition_policy })).toBe(
      "locally_revoked",
    );
  });
});
