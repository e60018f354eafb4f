/** Keys and documents for the tests of decisions: each key depends on its label alone. */
import { hash } from "node:crypto";
import { getPublicKey, hashes, sign } from "@noble/ed25519";
import type {
  DocumentBody,
  GenesisBlock,
  MembershipAttestation,
  RecognitionTreaty,
  Signature,
  SovereignRevocationFeed,
  Unverified,
} from "../../../src/model/documents.js";
import { encodeBase64 } from "../../../src/protocol/base64.js";
import { signedBytes } from "../../../src/protocol/documents.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";

hashes.sha512 = (message) => hash("sha512", message, "buffer");

export interface Signer {
  readonly publicKey: string;
  sign(body: DocumentBody): Signature;
}

export function signer(label: string): Signer {
  const seed = new Uint8Array(hash("sha256", label, "buffer"));
  return {
    publicKey: encodeBase64(getPublicKey(seed)),
    sign: (body) => ({
      key_id: label,
      sig: encodeBase64(sign(new Uint8Array(signedBytes(body)), seed)),
    }),
  };
}

export function signed<T extends DocumentBody>(
  body: T,
  ...signers: readonly Signer[]
): Unverified<T> {
  return { body, signatures: signers.map((key) => key.sign(body)) };
}

/** North recognises south from January to March. */
export const treaty: RecognitionTreaty = {
  treaty_id: "00000000-0000-4000-8000-000000000001",
  issuer_sovereign_id: "NORTH",
  subject_sovereign_id: "SOUTH",
  subject_public_keys: [signer("south").publicKey],
  scope: {
    allowed_roles: ["role:client", "role:operator"],
    accepted_statuses: ["active"],
    claims: {},
  },
  status: "active",
  issued_at: parseTimestamp("2026-01-01T00:00:00Z"),
  valid_from: parseTimestamp("2026-01-01T00:00:00Z"),
  expires_at: parseTimestamp("2026-03-01T00:00:00Z"),
  issued_by: "north",
  metadata: {},
};

/** South attests a client in February. */
export const attestation: MembershipAttestation = {
  attestation_id: "00000000-0000-4000-8000-000000000002",
  issuer_sovereign_id: "SOUTH",
  subject_id: "agent-1",
  subject_public_key: null,
  roles: ["role:client"],
  status: "active",
  issued_at: parseTimestamp("2026-02-01T00:00:00Z"),
  valid_from: parseTimestamp("2026-02-01T00:00:00Z"),
  expires_at: parseTimestamp("2026-02-08T00:00:00Z"),
  issued_by: "south",
  claims: {},
};

export const feed: SovereignRevocationFeed = {
  feed_id: "00000000-0000-4000-8000-000000000003",
  issuer_sovereign_id: "SOUTH",
  sequence: 7,
  issued_at: parseTimestamp("2026-02-02T00:00:00Z"),
  revoked_attestation_ids: [attestation.attestation_id],
  revocation_reasons: {},
  issued_by: "south",
};

export const genesis: GenesisBlock = {
  network_name: "SOUTH",
  network_version: "v0.1",
  root_public_key: signer("south root").publicKey,
  network_authority: {
    public_key: signer("south").publicKey,
    valid_from: parseTimestamp("2026-01-01T00:00:00Z"),
    valid_to: parseTimestamp("2026-04-01T00:00:00Z"),
  },
  allowed_crypto_suites: ["ed25519", "x25519"],
  allowed_transports: ["quic", "wireguard"],
  policy_manifest: { hash: "sha256:none", url: null },
  bootstrap_anchors: [],
};
