/** The four signed documents: JSON to normalised value, and value to the bytes that are signed and stored (protocol.md 3). */
import type {
  DocumentBody,
  GenesisBlock,
  MembershipAttestation,
  RecognitionTreaty,
  Signature,
  SovereignRevocationFeed,
  Unverified,
} from "../model/documents.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import type { Digest } from "../model/state.js";
import { canonicalJson } from "./canonical.js";
import { sortedSet } from "./code-points.js";
import { sha256 } from "./digest.js";
import { Fields } from "./document-fields.js";
import { toInstant } from "./instant.js";

// Each parser drops unknown fields, fills in defaults and brings times and sets to their normal form: what it returns is
// what was signed (protocol.md 1). All throw AppError `invalid_document` naming the JSON pointer of the first fault.
// Fields stand in sorted order, which spares the canonical writer a sort.

export function parseTreaty(value: JsonValue): Unverified<RecognitionTreaty> {
  const fields = new Fields(value);
  const scope = fields.fieldsOrEmpty("scope");
  const body: RecognitionTreaty = {
    expires_at: fields.time("expires_at"),
    issued_at: fields.time("issued_at"),
    issued_by: fields.text("issued_by"),
    issuer_sovereign_id: fields.text("issuer_sovereign_id"),
    metadata: fields.content("metadata"),
    scope: {
      accepted_statuses: scope.statuses("accepted_statuses"),
      allowed_roles: scope.texts("allowed_roles", []),
      claims: scope.content("claims"),
    },
    status: fields.status("status"),
    subject_public_keys: fields.texts("subject_public_keys"),
    subject_sovereign_id: fields.text("subject_sovereign_id"),
    treaty_id: fields.text("treaty_id"),
    valid_from: fields.time("valid_from"),
  };
  if (body.subject_public_keys.length === 0)
    throw fields.fault("subject_public_keys", "expected at least one key");
  checkWindow(fields, body);
  return { body, signatures: signaturesOf(fields) };
}

export function parseAttestation(value: JsonValue): Unverified<MembershipAttestation> {
  const fields = new Fields(value);
  const body: MembershipAttestation = {
    attestation_id: fields.text("attestation_id"),
    claims: fields.content("claims"),
    expires_at: fields.time("expires_at"),
    issued_at: fields.time("issued_at"),
    issued_by: fields.text("issued_by"),
    issuer_sovereign_id: fields.text("issuer_sovereign_id"),
    roles: fields.texts("roles", []),
    status: fields.status("status"),
    subject_id: fields.text("subject_id"),
    subject_public_key: fields.textOrNull("subject_public_key"),
    valid_from: fields.time("valid_from"),
  };
  checkWindow(fields, body);
  return { body, signatures: signaturesOf(fields) };
}

export function parseFeed(value: JsonValue): Unverified<SovereignRevocationFeed> {
  const fields = new Fields(value);
  const revoked = sortedSet(fields.texts("revoked_attestation_ids", []));
  const reasons = fields.textMap("revocation_reasons");
  const known = new Set(revoked);
  if (Object.keys(reasons).some((id) => !known.has(id))) {
    throw fields.fault("revocation_reasons", "gives a reason for an id that is not revoked");
  }
  const grants = fields.textsOrNull("revoked_grant_ids");
  const body: SovereignRevocationFeed = {
    feed_id: fields.text("feed_id"),
    issued_at: fields.time("issued_at"),
    issued_by: fields.text("issued_by"),
    issuer_sovereign_id: fields.text("issuer_sovereign_id"),
    revocation_reasons: reasons,
    revoked_attestation_ids: revoked,
    ...(grants === null ? {} : { revoked_grant_ids: sortedSet(grants) }),
    sequence: fields.count("sequence"),
  };
  return { body, signatures: signaturesOf(fields) };
}

export function parseGenesis(value: JsonValue): Unverified<GenesisBlock> {
  const fields = new Fields(value);
  const authority = fields.fields("network_authority");
  const policy = fields.fields("policy_manifest");
  const body: GenesisBlock = {
    allowed_crypto_suites: fields.texts("allowed_crypto_suites", ["ed25519", "x25519"]),
    allowed_transports: fields.texts("allowed_transports", ["quic", "wireguard"]),
    bootstrap_anchors: fields
      .fieldsList("bootstrap_anchors")
      .map((anchor) => ({ endpoint: anchor.text("endpoint"), id: anchor.text("id") })),
    network_authority: {
      public_key: authority.text("public_key"),
      valid_from: authority.time("valid_from"),
      valid_to: authority.time("valid_to"),
    },
    network_name: fields.text("network_name"),
    network_version: fields.text("network_version"),
    policy_manifest: { hash: policy.text("hash"), url: policy.textOrNull("url") },
    root_public_key: fields.text("root_public_key"),
  };
  return { body, signatures: signaturesOf(fields) };
}

/** The UTF-8 of the body's canonical JSON, without `signatures`: what a signature is over. Throws as `canonicalJson`. */
export function signedBytes(body: DocumentBody): Uint8Array {
  // Canonical JSON is ASCII, so one byte a character is UTF-8 too.
  return Buffer.from(canonicalJson(bodyJson(body)), "latin1");
}

/** The whole document as canonical JSON, signatures included: what is stored and served. Throws as `canonicalJson`. */
export function documentJson(document: Unverified<DocumentBody>): string {
  return canonicalJson({
    ...bodyJson(document.body),
    signatures: document.signatures.map(({ key_id, sig }) => ({ key_id, sig })),
  });
}

/** Of the stored text, signatures included: what an entry of the log says of the document that came to be. Throws as `canonicalJson`. */
export function documentDigest(document: Unverified<DocumentBody>): Digest {
  return sha256(documentJson(document));
}

/** A body as a JSON object. */
export function bodyJson(body: DocumentBody): JsonObject {
  return "scope" in body ? { ...body, scope: { ...body.scope } } : { ...body };
}

function signaturesOf(fields: Fields): readonly Signature[] {
  return fields
    .fieldsList("signatures")
    .map((signature) => ({ key_id: signature.text("key_id"), sig: signature.text("sig") }));
}

function checkWindow(fields: Fields, body: RecognitionTreaty | MembershipAttestation): void {
  const expires = toInstant(body.expires_at);
  if (expires <= toInstant(body.valid_from))
    throw fields.fault("expires_at", "must be after valid_from");
  if (toInstant(body.issued_at) > expires)
    throw fields.fault("issued_at", "must not be after expires_at");
}
