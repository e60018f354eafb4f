/** The objects that several routes answer with (protocol.md 3 to 7). */
import {
  anyObject,
  count,
  listOf,
  object,
  oneOf,
  orNull,
  ref,
  text,
  time,
  type Schema,
} from "./route-schema.js";

const STATUS = oneOf(["active", "suspended", "revoked"]);
const KEY: Schema = { type: "string", description: "Standard base64 of a 32-byte Ed25519 key." };
const SEQUENCE: Schema = { type: "integer", minimum: 0 };
const SIGNATURES = listOf(
  ref("Signature"),
  "Any of them under any trusted key makes it authentic.",
);
const WINDOW = { issued_at: time(), valid_from: time(), expires_at: time() };

/** What a row says beside the document, which revocation never rewrites. */
const REVOCATION = {
  status: STATUS,
  revoked_at: orNull(time()),
  revocation_reason: orNull(text()),
};

const LIFECYCLE_STATE = oneOf(["active", "expiring_soon", "expired", "revoked", "replaced"]);
const EXPIRY_RISK = oneOf(["low", "medium", "high", "expired", "none"]);

const SUMMARY = object({
  sovereign_count: count(),
  recognition_edge_count: count(),
  active_edge_count: count(),
  revoked_edge_count: count(),
  revoked_trust_material_count: count(),
  imported_revocation_count: count(),
});

const REVOKED_ATTESTATION = {
  type: { const: "membership_attestation" },
  id: text(),
  issuer_sovereign_id: text(),
  feed_id: text(),
  sequence: SEQUENCE,
  reason: orNull(text()),
  revoked_at: time(),
};

const GRAPH = {
  sovereigns: listOf(object({ sovereign_id: text() })),
  recognition_edges: listOf(ref("Edge")),
  active_treaties: listOf(ref("RecognitionTreaty")),
  revoked_trust_material: listOf(ref("RevokedMaterial")),
};

export const OBJECTS: Readonly<Record<string, Schema>> = {
  Error: object(
    {
      error: object({
        code: text("One of docs/errors.md."),
        message: text("For people."),
        details: anyObject("What the code needs said besides; often empty."),
        request_id: text("As in `X-Request-ID`."),
      }),
    },
    { description: "Every refusal." },
  ),
  Signature: object({
    key_id: text("A label, and never proof."),
    sig: text("Base64 of 64 bytes over the canonical JSON of the document without `signatures`."),
  }),
  RecognitionTreaty: object(
    {
      treaty_id: text(),
      issuer_sovereign_id: text(),
      subject_sovereign_id: text(),
      subject_public_keys: listOf(KEY, "Keys whose attestations are accepted."),
      scope: ref("TreatyScope"),
      status: STATUS,
      ...WINDOW,
      issued_by: text("Id of the signing key."),
      metadata: anyObject("Never a trust input."),
      signatures: SIGNATURES,
    },
    { description: "The issuer recognises the subject." },
  ),
  TreatyScope: object({
    allowed_roles: listOf(text(), "Empty: none."),
    accepted_statuses: listOf(STATUS),
    claims: anyObject(),
  }),
  TreatyLifecycle: object(
    {
      state: LIFECYCLE_STATE,
      expiry_risk: EXPIRY_RISK,
      seconds_until_expiry: orNull(count("Null once revoked or replaced.")),
      expires_at: time(),
      revoked_at: orNull(time()),
      revocation_reason: orNull(text()),
      replacement_treaty_id: orNull(text()),
    },
    { description: "Derived from the row and the moment, never stored." },
  ),
  TreatyRow: object({
    treaty: ref("RecognitionTreaty"),
    ...REVOCATION,
    lifecycle: ref("TreatyLifecycle"),
  }),
  MembershipAttestation: object(
    {
      attestation_id: text(),
      issuer_sovereign_id: text(),
      subject_id: text(),
      subject_public_key: orNull(text()),
      roles: listOf(text()),
      status: STATUS,
      ...WINDOW,
      issued_by: text("Id of the signing key."),
      claims: anyObject(),
      signatures: SIGNATURES,
    },
    { description: "The issuer says who the subject is among its own." },
  ),
  AttestationRow: object({ attestation: ref("MembershipAttestation"), ...REVOCATION }),
  SovereignRevocationFeed: object(
    {
      feed_id: text(),
      issuer_sovereign_id: text(),
      sequence: SEQUENCE,
      issued_at: time(),
      revoked_attestation_ids: listOf(text(), "Sorted, each once."),
      revocation_reasons: { type: "object", additionalProperties: { type: "string" } },
      issued_by: text("Id of the signing key."),
      revoked_grant_ids: listOf(text()),
      signatures: SIGNATURES,
    },
    { optional: ["revoked_grant_ids"], description: "Attestations that their issuer takes back." },
  ),
  RecognitionPolicy: object(
    {
      local_sovereign_id: text(),
      recognized_issuers: listOf(
        object(
          {
            sovereign_id: text(),
            public_keys: { ...listOf(KEY), minItems: 1 },
            allowed_roles: listOf(text(), "Empty: none."),
            accepted_statuses: listOf(STATUS),
          },
          { optional: ["allowed_roles", "accepted_statuses"] },
        ),
      ),
      revoked_attestation_ids: listOf(text()),
    },
    {
      optional: ["recognized_issuers", "revoked_attestation_ids"],
      description: "Whose attestations are accepted here. Unsigned and local.",
    },
  ),
  GenesisBlock: object(
    {
      network_name: text("The sovereign's id."),
      network_version: text(),
      root_public_key: KEY,
      network_authority: object({ public_key: KEY, valid_from: time(), valid_to: time() }),
      allowed_crypto_suites: listOf(text()),
      allowed_transports: listOf(text()),
      policy_manifest: object({ hash: text(), url: orNull(text()) }),
      bootstrap_anchors: listOf(object({ id: text(), endpoint: text() })),
      signatures: SIGNATURES,
    },
    { description: "Signed by the root key, which is kept offline." },
  ),
  Edge: object({
    from: text(),
    to: text(),
    treaty_id: text(),
    status: STATUS,
    lifecycle_state: LIFECYCLE_STATE,
    expiry_risk: EXPIRY_RISK,
    valid_from: time(),
    expires_at: time(),
  }),
  RevokedMaterial: {
    oneOf: [
      object({
        type: { const: "recognition_treaty" },
        id: text(),
        lifecycle_state: LIFECYCLE_STATE,
        reason: orNull(text()),
        revoked_at: orNull(time()),
      }),
      object(REVOKED_ATTESTATION),
    ],
  },
  RecognitionGraph: object(GRAPH),
  Connectome: object({
    summary: SUMMARY,
    ...GRAPH,
    revocation_blast_radius: listOf(
      object({
        ...REVOKED_ATTESTATION,
        affected_accepting_sovereigns: listOf(text(), "Who accepts attestations of its issuer."),
      }),
    ),
  }),
};
