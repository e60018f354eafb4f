import { describe, expect, test } from "vitest";
import type { MembershipAttestation, RecognitionPolicy } from "../../../src/model/documents.js";
import { verifyAttestation, verifyAttestationWithTreaty } from "../../../src/protocol/verify.js";
import { attestation, signed, signer, treaty } from "./signer.js";
import { at, edges, inside, late } from "./window.js";

const north = signer("north");
const south = signer("south");
const stranger = signer("stranger");
const northKeys = [north.publicKey];
const southKeys = [south.publicKey];

describe("verifyAttestation", () => {
  const policy: RecognitionPolicy = {
    local_sovereign_id: "NORTH",
    recognized_issuers: [
      {
        sovereign_id: "SOUTH",
        public_keys: southKeys,
        allowed_roles: ["role:client"],
        accepted_statuses: ["active"],
      },
    ],
    revoked_attestation_ids: [],
  };
  const revoking = { ...policy, revoked_attestation_ids: [attestation.attestation_id] };
  const lenient = withIssuer({ accepted_statuses: ["active", "suspended"] });
  const suspended: MembershipAttestation = {
    ...attestation,
    status: "suspended",
    roles: ["role:operator"],
  };

  function withIssuer(
    change: Partial<RecognitionPolicy["recognized_issuers"][number]>,
  ): RecognitionPolicy {
    return {
      ...policy,
      recognized_issuers: policy.recognized_issuers.map((issuer) => ({ ...issuer, ...change })),
    };
  }

  test.each([
    ["unknown_issuer", signed({ ...suspended, issuer_sovereign_id: "EAST" }), revoking, late],
    ["locally_revoked", signed(suspended), revoking, late],
    ["bad_status", signed(suspended), policy, late],
    ["outside_validity_window", signed({ ...suspended, status: "active" }), policy, late],
    ["role_not_allowed", signed({ ...suspended, status: "active" }), policy, inside],
    ["missing_signature", signed(attestation), policy, inside],
    ["invalid_signature", signed(attestation, stranger), policy, inside],
    ["accepted", signed(attestation, south), policy, inside],
  ])("%s", (reason, document, under, now) => {
    expect(verifyAttestation(document, under, { now })).toMatchObject({
      accepted: reason === "accepted",
      reason,
    });
  });

  test("an accepted status other than active still lies outside its window", () => {
    expect(
      verifyAttestation(signed({ ...suspended, roles: ["role:client"] }, south), lenient, {
        now: inside,
      }).reason,
    ).toBe("outside_validity_window");
  });

  test.each(edges(attestation.valid_from, attestation.expires_at))(
    "five minutes of skew: %s moment",
    (_name, now, isInside) => {
      expect(verifyAttestation(signed(attestation, south), policy, { now }).reason).toBe(
        isInside ? "accepted" : "outside_validity_window",
      );
    },
  );

  test.each<[string, string[], string[], boolean]>([
    ["the role itself", ["role:client"], ["role:client"], true],
    ["no role under a list", [], ["role:client"], true],
    ["one role outside the list", ["role:client", "role:operator"], ["role:client"], false],
    ["a role under an empty list, which grants nothing", ["role:client"], [], false],
    ["no role under an empty list", [], [], false],
    ["a role in other letters", ["role:CLIENT"], ["role:client"], false],
  ])("roles: %s", (_name, roles, allowed_roles, isAllowed) => {
    const decision = verifyAttestation(
      signed({ ...attestation, roles }, south),
      withIssuer({ allowed_roles }),
      { now: inside },
    );
    expect(decision.reason).toBe(isAllowed ? "accepted" : "role_not_allowed");
  });

  test("the first entry that names the issuer counts", () => {
    const second = {
      ...policy,
      recognized_issuers: [
        ...withIssuer({ allowed_roles: [] }).recognized_issuers,
        ...policy.recognized_issuers,
      ],
    };
    expect(verifyAttestation(signed(attestation, south), second, { now: inside }).reason).toBe(
      "role_not_allowed",
    );
  });
});

describe("verifyAttestationWithTreaty", () => {
  const good = signed(treaty, north);
  const member = signed(attestation, south);
  const revokedTreaties = new Set([treaty.treaty_id]);
  const revokedAttestations = new Set([attestation.attestation_id]);
  const foreign = signed({ ...attestation, issuer_sovereign_id: "EAST" }, south);

  test.each([
    ["treaty_wrong_subject", foreign, good, { now: inside, revokedTreaties, revokedAttestations }],
    ["treaty_locally_revoked", member, good, { now: inside, revokedTreaties, revokedAttestations }],
    [
      "treaty_bad_status",
      member,
      signed({ ...treaty, status: "revoked" as const }, north),
      { now: inside, revokedAttestations },
    ],
    ["treaty_outside_validity_window", member, good, { now: late, revokedAttestations }],
    ["treaty_missing_signature", member, signed(treaty), { now: inside, revokedAttestations }],
    [
      "treaty_invalid_signature",
      member,
      signed(treaty, south),
      { now: inside, revokedAttestations },
    ],
    ["attestation_locally_revoked", member, good, { now: inside, revokedAttestations }],
    [
      "attestation_bad_status",
      signed({ ...attestation, status: "revoked" as const }, south),
      good,
      { now: inside },
    ],
    ["attestation_outside_validity_window", member, good, { now: at("2026-02-20T00:00:00Z") }],
    [
      "attestation_role_not_allowed",
      signed({ ...attestation, roles: ["role:anchor"] }, south),
      good,
      { now: inside },
    ],
    ["attestation_missing_signature", signed(attestation), good, { now: inside }],
    ["attestation_invalid_signature", signed(attestation, north), good, { now: inside }],
    [
      "accepted",
      member,
      good,
      { now: inside, revokedTreaties: new Set<string>(), revokedAttestations: new Set<string>() },
    ],
  ])("%s", (reason, document, under, options) => {
    expect(verifyAttestationWithTreaty(document, under, northKeys, options)).toMatchObject({
      accepted: reason === "accepted",
      reason,
    });
  });

  test("the treaty's scope is the policy", () => {
    const scope = { ...treaty.scope, allowed_roles: [] };
    expect(
      verifyAttestationWithTreaty(member, signed({ ...treaty, scope }, north), northKeys, {
        now: inside,
      }).reason,
    ).toBe("attestation_role_not_allowed");
  });
});
