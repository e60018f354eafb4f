/** Documents in the name of the sovereign of the tests, and their text in the form of the reference's models. */
import type {
  MembershipAttestation,
  RecognitionTreaty,
  Unverified,
} from "../../src/model/documents.js";
import { JsonFloat } from "../../src/model/json.js";
import type { JsonValue } from "../../src/model/json.js";
import { canonicalJson } from "../../src/protocol/canonical.js";
import type { documentJson } from "../../src/protocol/documents.js";
import { isJsonArray, isJsonObject } from "../../src/protocol/json.js";
import { parseTimestamp } from "../../src/protocol/instant.js";
import { signDocument } from "../../src/sign/sign-document.js";
import { OWN } from "./desired.js";
import { keyOf } from "./keys.js";

/** Ids that look like the reference's. */
export function uuidOf(number: number): string {
  const tail = String(number).padStart(12, "0");
  return `${String(number).padStart(8, "0")}-0000-4000-8000-${tail}`;
}

export const AT_OFFSET = "2026-06-01T12:00:00.000001+00:00";

/** Far enough ahead for every run of the tests. */
const WINDOW = {
  issued_at: parseTimestamp("2026-06-01T12:00:00.123456Z"),
  valid_from: parseTimestamp("2026-06-01T12:00:00.123456Z"),
  expires_at: parseTimestamp("2046-06-01T12:00:00.654321Z"),
};

export function naTreaty(
  number: number,
  given: Partial<RecognitionTreaty> = {},
  signer = "authority",
): Unverified<RecognitionTreaty> {
  const subject = given.subject_sovereign_id ?? "GLOBEX";
  return signDocument<RecognitionTreaty>(
    {
      treaty_id: uuidOf(number),
      issuer_sovereign_id: OWN,
      subject_sovereign_id: subject,
      subject_public_keys: [keyOf(`sovereign ${subject}`).publicKey],
      scope: { allowed_roles: ["role:client"], accepted_statuses: ["active"], claims: {} },
      status: "active",
      ...WINDOW,
      issued_by: "acme-1",
      metadata: {},
      ...given,
    },
    "acme-1",
    keyOf(signer),
  );
}

export function naAttestation(
  number: number,
  given: Partial<MembershipAttestation> = {},
  signer = "authority",
): Unverified<MembershipAttestation> {
  return signDocument<MembershipAttestation>(
    {
      attestation_id: uuidOf(number),
      issuer_sovereign_id: OWN,
      subject_id: `node-${number}`,
      subject_public_key: null,
      roles: ["role:client"],
      status: "active",
      ...WINDOW,
      issued_by: "acme-1",
      claims: {},
      ...given,
    },
    "acme-1",
    keyOf(signer),
  );
}

export const TREATY_FIELDS = [
  "treaty_id",
  "issuer_sovereign_id",
  "subject_sovereign_id",
  "subject_public_keys",
  "scope",
  "status",
  "issued_at",
  "valid_from",
  "expires_at",
  "issued_by",
  "metadata",
  "signatures",
];
export const ATTESTATION_FIELDS = [
  "attestation_id",
  "issuer_sovereign_id",
  "subject_id",
  "subject_public_key",
  "roles",
  "status",
  "issued_at",
  "valid_from",
  "expires_at",
  "issued_by",
  "claims",
  "signatures",
];
export const FEED_FIELDS = [
  "feed_id",
  "issuer_sovereign_id",
  "sequence",
  "issued_at",
  "revoked_attestation_ids",
  "revocation_reasons",
  "revoked_grant_ids",
  "issued_by",
  "signatures",
];

/** The text as the reference's models print it: fields in their own order, characters as they are, no spaces. */
export function modelJson(
  fields: readonly string[],
  document: Parameters<typeof documentJson>[0],
): string {
  const members: { readonly [key: string]: JsonValue } = {
    revoked_grant_ids: null,
    ...document.body,
    signatures: document.signatures.map((signature) => ({ ...signature })),
  } as { readonly [key: string]: JsonValue };
  return `{${fields.map((field) => `"${field}":${plainJson(members[field] ?? null)}`).join(",")}}`;
}

function plainJson(value: JsonValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof JsonFloat || value === null || typeof value !== "object")
    return canonicalJson(value);
  if (isJsonArray(value)) return `[${value.map(plainJson).join(",")}]`;
  if (!isJsonObject(value)) return "null";
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${plainJson(member)}`,
  );
  return `{${members.join(",")}}`;
}
