/** Signed documents for tests, by keys made from labels. */
import type {
  MembershipAttestation,
  RecognitionTreaty,
  SovereignRevocationFeed,
} from "../../src/model/documents.js";
import { documentJson } from "../../src/protocol/documents.js";
import { parseTimestamp } from "../../src/protocol/instant.js";
import { signDocument } from "../../src/sign/sign-document.js";
import { keyOf } from "./keys.js";

const WINDOW = {
  issued_at: parseTimestamp("2026-01-01T00:00:00Z"),
  valid_from: parseTimestamp("2026-01-01T00:00:00Z"),
  expires_at: parseTimestamp("2036-01-01T00:00:00Z"),
};

export function treatyJson(given: Partial<RecognitionTreaty> = {}): string {
  const body: RecognitionTreaty = {
    treaty_id: "00000000-0000-4000-8000-000000000001",
    issuer_sovereign_id: "ACME",
    subject_sovereign_id: "GLOBEX",
    subject_public_keys: [keyOf("globex").publicKey],
    scope: { allowed_roles: ["role:client"], accepted_statuses: ["active"], claims: {} },
    status: "active",
    ...WINDOW,
    issued_by: "acme-1",
    metadata: {},
    ...given,
  };
  return documentJson(signDocument(body, "acme-1", keyOf("acme")));
}

export function attestationJson(given: Partial<MembershipAttestation> = {}): string {
  const body: MembershipAttestation = {
    attestation_id: "00000000-0000-4000-8000-000000000002",
    issuer_sovereign_id: "GLOBEX",
    subject_id: "node-1",
    subject_public_key: null,
    roles: ["role:client"],
    status: "active",
    ...WINDOW,
    issued_by: "globex-1",
    claims: {},
    ...given,
  };
  return documentJson(signDocument(body, "globex-1", keyOf("globex")));
}

export function feedJson(given: Partial<SovereignRevocationFeed> = {}): string {
  const body: SovereignRevocationFeed = {
    feed_id: "00000000-0000-4000-8000-000000000003",
    issuer_sovereign_id: "GLOBEX",
    sequence: 7,
    issued_at: WINDOW.issued_at,
    revoked_attestation_ids: [],
    revocation_reasons: {},
    issued_by: "globex-1",
    ...given,
  };
  return documentJson(signDocument(body, "globex-1", keyOf("globex")));
}
