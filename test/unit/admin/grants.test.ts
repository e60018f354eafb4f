/** Grants by an admin request: git's by default, and within the applied policy where the settings allow them. */
import { describe, expect, test } from "vitest";
import type { IssueAttestation, IssueTreaty, SavePolicy } from "../../../src/model/admin.js";
import type { JsonObject } from "../../../src/model/json.js";
import { JsonFloat } from "../../../src/model/json.js";
import { sha256 } from "../../../src/protocol/digest.js";
import { parseAttestation, parseTreaty } from "../../../src/protocol/documents.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { signatureHolds } from "../../../src/protocol/verify.js";
import { Administered } from "../../helpers/administered.js";
import {
  attestation,
  POLICY,
  recognitionPolicy,
  sovereign,
  treaty,
} from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { commit, expectError } from "../../helpers/state.js";

const KEY = keyOf("sovereign globex").publicKey;

function issueTreaty(given: Partial<IssueTreaty> = {}): IssueTreaty {
  return {
    action: "issue_treaty",
    subjectSovereignId: "GLOBEX",
    subjectPublicKeys: [KEY],
    scope: { allowed_roles: ["role:client"] },
    validityHours: 168,
    metadata: {},
    ...given,
  };
}

function issueAttestation(given: Partial<IssueAttestation> = {}): IssueAttestation {
  return {
    action: "issue_attestation",
    subjectId: "node-1",
    subjectPublicKey: null,
    roles: ["role:client"],
    validityHours: 24,
    claims: {},
    ...given,
  };
}

function savePolicy(given: JsonObject = {}, issuer: JsonObject = {}): SavePolicy {
  const recognized = { sovereign_id: "GLOBEX", public_keys: [KEY], allowed_roles: ["role:client"] };
  return {
    action: "save_policy",
    policy: {
      local_sovereign_id: "ACME",
      recognized_issuers: [{ ...recognized, ...issuer }],
      ...given,
    },
  };
}

describe("by default", () => {
  const MANAGED = {
    treaties: [treaty("partner", "globex")],
    attestations: [attestation("node", { subjectId: "node-1" })],
    policy: recognitionPolicy(),
    sovereigns: [sovereign("globex"), sovereign("far-away", { sovereignId: "FAR/Away 1" })],
  };

  test.each([
    [issueTreaty(), "treaties/partner.yaml", "RecognitionTreaty/partner"],
    [
      issueTreaty({ subjectSovereignId: "FAR/Away 1" }),
      "treaties/far-away.yaml",
      "RecognitionTreaty/far-away",
    ],
    [
      issueTreaty({ subjectSovereignId: "../../New_Corp" }),
      "treaties/new-corp.yaml",
      "RecognitionTreaty/new-corp",
    ],
    [issueTreaty({ subjectSovereignId: "漢" }), "treaties/new.yaml", "RecognitionTreaty/new"],
    [issueAttestation(), "attestations/node.yaml", "MembershipAttestation/node"],
    [
      issueAttestation({ subjectId: "Node:2" }),
      "attestations/node-2.yaml",
      "MembershipAttestation/node-2",
    ],
    [savePolicy(), "policies/local.yaml", "RecognitionPolicy/local"],
  ])("%o is for %s", (action, file, resource) => {
    const state = new Administered(MANAGED);
    const before = state.writer.generation();
    const error = expectError("managed_by_git", () => state.ask(action));
    expect(error.details).toEqual({ file, resource });
    expect(error.status).toBe(409);
    expect(state.writer.generation()).toBe(before);
    expect(state.nonces).toHaveLength(1);
    expect(state.audit("admin_request_refused")).toMatchObject([{ reason: "managed_by_git" }]);
  });

  test("a policy that is not there would go beside the others", () => {
    const error = expectError("managed_by_git", () => new Administered().ask(savePolicy()));
    expect(error.details).toMatchObject({ file: "policies/acme.yaml" });
  });
});

describe("an allowed treaty", () => {
  test("is signed as it was asked for, and stands in no inventory", () => {
    const state = new Administered();
    const metadata = { ratio: new JsonFloat(1), name: "𝔘ñí" };
    const { answer } = state.grant(
      issueTreaty({ subjectPublicKeys: [KEY, KEY], metadata, scope: { x: 1 } }),
    );
    expect(answer.status).toBe(201);
    const document = parseTreaty(answer.body);
    expect(document.body).toMatchObject({
      issuer_sovereign_id: "ACME",
      subject_sovereign_id: "GLOBEX",
      subject_public_keys: [KEY],
      scope: { allowed_roles: [], accepted_statuses: ["active"] },
      issued_at: "2026-11-23T00:00:00Z",
      valid_from: "2026-11-23T00:00:00Z",
      expires_at: "2026-11-30T00:00:00Z",
      issued_by: "acme-1",
      metadata,
    });
    expect(signatureHolds(document, [keyOf("authority").publicKey])).not.toBeNull();
    const { treaties, inventory } = state.world.snapshot;
    expect(treaties).toMatchObject([{ id: document.body.treaty_id, status: "active" }]);
    expect(inventory.filter(({ kind }) => kind === "RecognitionTreaty")).toEqual([]);
    expect(state.audit("recognition_treaty_issued")).toEqual([
      {
        treaty_id: document.body.treaty_id,
        issuer_sovereign_id: "ACME",
        subject_sovereign_id: "GLOBEX",
        allowed_roles: [],
        document_digest: sha256(treaties[0]?.json ?? ""),
        by: "root",
        remote_addr: "192.0.2.1",
      },
    ]);
  });

  test.each([
    ["missing_treaty_subject", { subjectSovereignId: "" }],
    ["missing_treaty_subject", { subjectSovereignId: "ACME" }],
    ["missing_treaty_subject", { subjectSovereignId: "a\u202eb" }],
    ["missing_treaty_subject", { subjectSovereignId: "x".repeat(257) }],
    ["empty_subject_public_keys", { subjectPublicKeys: [] }],
    ["bad_public_key", { subjectPublicKeys: [KEY, "AAAA"] }],
    ["bad_public_key", { subjectPublicKeys: ["AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] }],
    ["invalid_treaty_scope", { scope: { allowed_roles: "role:client" } }],
    ["invalid_treaty_scope", { scope: { accepted_statuses: ["alive"] } }],
    ["invalid_treaty_scope", { scope: { claims: [] } }],
    ["invalid_role", { scope: { allowed_roles: ["client"] } }],
    ["invalid_role", { scope: { allowed_roles: ["role:clients"] } }],
    ["invalid_validity_hours", { validityHours: 0 }],
    ["invalid_validity_hours", { validityHours: -1 }],
    ["invalid_validity_hours", { validityHours: 1.5 }],
    ["invalid_validity_hours", { validityHours: 366 * 24 + 1 }],
    ["invalid_validity_hours", { validityHours: Number.MAX_SAFE_INTEGER }],
  ] as const)("%s: %o", (code, given) => {
    const state = new Administered();
    expectError(code, () => state.grant(issueTreaty(given)));
    expect(state.world.snapshot.treaties).toEqual([]);
    expect(state.nonces).toHaveLength(1);
  });

  test("may be as long as the policy allows", () => {
    const { answer } = new Administered().grant(issueTreaty({ validityHours: 366 * 24 }));
    expect(parseTreaty(answer.body).body.expires_at).toBe("2027-11-24T00:00:00Z");
  });

  test("is signed by nobody else", () => {
    const state = new Administered();
    state.tools = { ...state.tools, key: () => keyOf("intruder") };
    expectError("authority_key_mismatch", () => state.grant(issueTreaty()));
    expect(state.nonces).toEqual([]);
  });
});

test.each([
  [
    "a freeze",
    {
      freeze: [
        {
          from: parseTimestamp("2026-11-22T00:00:00Z"),
          until: parseTimestamp("2026-11-24T00:00:00Z"),
          reason: "holidays",
        },
      ],
    },
  ],
  ["asked approvals", { approvals: { reduces: 0, keeps: 0, widens: 1 } }],
])("%s holds every allowed grant back", (_case, policy) => {
  const state = new Administered();
  const { authority } = state.world.snapshot;
  if (authority === null) expect.fail("no authority");
  const put = { ...authority, policy: { ...POLICY, ...policy } };
  commit(state.writer, { do: "put_authority", authority: put });
  for (const action of [issueTreaty(), issueAttestation(), savePolicy()])
    expectError("plan_refused", () => state.grant(action));
  const { treaties, attestations, policy: saved } = state.world.snapshot;
  expect([treaties, attestations, saved]).toEqual([[], [], null]);
});

describe("an allowed attestation", () => {
  test("is signed as it was asked for", () => {
    const state = new Administered();
    const { answer } = state.grant(issueAttestation({ subjectPublicKey: KEY, claims: { a: [1] } }));
    expect(answer.status).toBe(201);
    const document = parseAttestation(answer.body);
    expect(document.body).toMatchObject({
      issuer_sovereign_id: "ACME",
      subject_id: "node-1",
      subject_public_key: KEY,
      roles: ["role:client"],
      expires_at: "2026-11-24T00:00:00Z",
      claims: { a: [1] },
    });
    expect(signatureHolds(document, [keyOf("authority").publicKey])).not.toBeNull();
    expect(state.writer.attestation(document.body.attestation_id)?.status).toBe("active");
    expect(state.audit("membership_attestation_issued")).toMatchObject([
      { attestation_id: document.body.attestation_id, subject_id: "node-1", by: "root" },
    ]);
  });

  test.each([
    ["missing_attestation_subject", { subjectId: "" }],
    ["missing_attestation_subject", { roles: [] }],
    ["invalid_role", { roles: ["role:client", "role:service:"] }],
    ["bad_public_key", { subjectPublicKey: "x" }],
    ["invalid_validity_hours", { validityHours: 366 * 24 + 1 }],
  ] as const)("%s: %o", (code, given) => {
    const state = new Administered();
    expectError(code, () => state.grant(issueAttestation(given)));
    expect(state.world.snapshot.attestations).toEqual([]);
  });
});

describe("an allowed policy", () => {
  test("is stored as one from git would be", () => {
    const state = new Administered();
    const { answer } = state.grant(savePolicy({ revoked_attestation_ids: ["b", "a", "b"] }));
    expect(answer).toEqual({
      status: 200,
      body: { policy_id: "recognition-ACME", local_sovereign_id: "ACME", active: true },
    });
    const saved = state.world.snapshot.policy;
    const terms = { public_keys: [KEY], allowed_roles: ["role:client"] };
    const issuer = { publicKeys: [KEY], allowedRoles: ["role:client"] } as const;
    const other = new Administered({
      policy: recognitionPolicy({
        recognizedIssuers: [{ sovereignId: "GLOBEX", acceptedStatuses: ["active"], ...issuer }],
        revokedAttestationIds: ["a", "b"],
      }),
    });
    expect(saved).toEqual(other.world.snapshot.policy);
    expect(JSON.parse(saved?.json ?? "")).toMatchObject({ recognized_issuers: [terms] });
    expect(state.audit("recognition_policy_saved")).toEqual([
      {
        policy_id: "recognition-ACME",
        local_sovereign_id: "ACME",
        recognized_issuer_count: 1,
        by: "root",
        remote_addr: "192.0.2.1",
      },
    ]);
  });

  test.each([
    ["of another sovereign", savePolicy({ local_sovereign_id: "GLOBEX" })],
    ["with an issuer twice", savePolicy({ recognized_issuers: twice() })],
    ["with a bad key", savePolicy({}, { public_keys: ["AAAA"] })],
    ["with an issuer without keys", savePolicy({}, { public_keys: [] })],
    ["with a bad role", savePolicy({}, { allowed_roles: ["x"] })],
    ["that is none", { action: "save_policy", policy: null } as const],
  ])("%s is refused", (_case, action) => {
    const state = new Administered();
    expectError("invalid_recognition_policy", () => state.grant(action));
    expect(state.world.snapshot.policy).toBeNull();
  });

  test("does not replace one of git's", () => {
    const state = new Administered({ policy: recognitionPolicy() });
    const error = expectError("managed_by_git", () => state.grant(savePolicy()));
    expect(error.details).toMatchObject({ file: "policies/local.yaml" });
  });
});

function twice(): readonly JsonObject[] {
  const issuer = { sovereign_id: "GLOBEX", public_keys: [KEY] };
  return [issuer, issuer];
}
