/** Signed documents as JSON values that a client posts, and posting them. */
import type { LightMyRequestResponse } from "fastify";
import type { MembershipAttestation, RecognitionTreaty } from "../../src/model/documents.js";
import type { JsonValue } from "../../src/model/json.js";
import { canonicalJson } from "../../src/protocol/canonical.js";
import { documentJson } from "../../src/protocol/documents.js";
import { parseTimestamp } from "../../src/protocol/instant.js";
import { parseJson } from "../../src/protocol/json.js";
import { signDocument } from "../../src/sign/sign-document.js";
import { keyOf } from "./keys.js";
import type { Served } from "./served.js";

const WINDOW = {
  issued_at: parseTimestamp("2026-11-01T00:00:00Z"),
  valid_from: parseTimestamp("2026-11-01T00:00:00Z"),
  expires_at: parseTimestamp("2027-11-01T00:00:00Z"),
};

/** Of GLOBEX for INITECH, by the key of GLOBEX, with what is given besides. */
export function signedTreaty(
  given: Partial<RecognitionTreaty> = {},
  signer = "sovereign globex",
): JsonValue {
  const body: RecognitionTreaty = {
    treaty_id: "treaty-1",
    issuer_sovereign_id: "GLOBEX",
    subject_sovereign_id: "INITECH",
    subject_public_keys: [keyOf("sovereign initech").publicKey],
    scope: { allowed_roles: ["role:client"], accepted_statuses: ["active"], claims: {} },
    status: "active",
    ...WINDOW,
    issued_by: "globex-1",
    metadata: {},
    ...given,
  };
  return parseJson(documentJson(signDocument(body, "any-key", keyOf(signer))));
}

/** Of GLOBEX, by its key, with what is given besides. */
export function signedAttestation(
  given: Partial<MembershipAttestation> = {},
  signer = "sovereign globex",
): JsonValue {
  const body: MembershipAttestation = {
    attestation_id: "attestation-1",
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
  return parseJson(documentJson(signDocument(body, "any-key", keyOf(signer))));
}

/** As bytes of exactly this type, from an address of this machine or another. */
export async function post(
  served: Served,
  url: string,
  body: string | JsonValue,
  { headers = {}, from = "127.0.0.1" }: { headers?: Record<string, string>; from?: string } = {},
): Promise<LightMyRequestResponse> {
  return await served.app.inject({
    method: "POST",
    url,
    remoteAddress: from,
    headers: { "content-type": "application/json", ...headers },
    payload: typeof body === "string" ? body : canonicalJson(body),
  });
}
