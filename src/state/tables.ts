/** The tables that a plan depends on: their columns, their order, and how a row becomes a record of the model. */
import type { DocumentStatus } from "../model/documents.js";
import { KINDS } from "../model/resources.js";
import type {
  AttestationRecord,
  AuthorityRecord,
  FeedRecord,
  ImportedRevocation,
  InventoryEntry,
  OperatorKeyRecord,
  RejectedFeedRecord,
  RevokedKeyRecord,
  SovereignRecord,
  TreatyRecord,
} from "../model/state.js";
import type { Row } from "./row.js";
import { parseSafetyPolicy } from "./safety-policy.js";

export interface Table<T> {
  readonly name: string;
  /** In the order in which `toRecord` takes them. */
  readonly columns: readonly string[];
  /** The primary key; text sorts by code point (BINARY). */
  readonly order: string;
  /** Which rows count; left out: all. */
  readonly where?: string;
  readonly toRecord: (row: Row) => T;
}

const STATUSES: readonly DocumentStatus[] = ["active", "suspended", "revoked"];

export const AUTHORITY: Table<AuthorityRecord> = {
  name: "concordat_authority",
  columns: [
    "name",
    "sovereign_id",
    "key_id",
    "public_key",
    "genesis_json",
    "endpoint",
    "policy_json",
  ],
  order: "id",
  toRecord: (row) => ({
    name: row.text(),
    sovereignId: row.text(),
    keyId: row.text(),
    publicKey: row.publicKey(),
    genesisJson: row.text(),
    endpoint: row.textOrNull(),
    policy: parseSafetyPolicy(row.text()),
  }),
};

export const OPERATOR_KEYS: Table<OperatorKeyRecord> = {
  name: "concordat_operator_keys",
  columns: ["key_id", "public_key", "tier", "holder", "valid_from", "valid_until", "state"],
  order: "key_id",
  toRecord: (row) => ({
    keyId: row.text(),
    publicKey: row.publicKey(),
    tier: row.oneOf(["read", "standard", "privileged"]),
    holder: row.text(),
    validFrom: row.timestampOrNull(),
    validUntil: row.timestampOrNull(),
    state: row.oneOf(["active", "retired"]),
  }),
};

export const REVOKED_KEYS: Table<RevokedKeyRecord> = {
  name: "revoked_operator_keys",
  columns: ["key_id", "revoked_at", "reason", "revoked_by"],
  order: "key_id",
  toRecord: (row) => ({
    keyId: row.text(),
    revokedAt: row.text(),
    reason: row.text(),
    revokedBy: row.text(),
  }),
};

export const SOVEREIGNS: Table<SovereignRecord> = {
  name: "concordat_sovereigns",
  columns: [
    "name",
    "sovereign_id",
    "public_keys_json",
    "endpoint",
    "feed_url",
    "feed_max_age",
    "feed_suspend",
  ],
  order: "sovereign_id",
  toRecord: (row) => ({
    name: row.text(),
    sovereignId: row.text(),
    publicKeys: row.publicKeys(),
    endpoint: row.textOrNull(),
    feed: { url: row.textOrNull(), maxAge: row.integerOrNull(), suspend: row.boolean() },
  }),
};

export const TREATIES: Table<TreatyRecord> = {
  name: "recognition_treaties",
  columns: [
    "treaty_id",
    "issuer_sovereign_id",
    "subject_sovereign_id",
    "status",
    "treaty_json",
    "issued_at",
    "valid_from",
    "expires_at",
    "revoked_at",
    "revocation_reason",
  ],
  order: "treaty_id",
  toRecord: (row) => ({
    id: row.text(),
    issuer: row.text(),
    subject: row.text(),
    status: row.oneOf(STATUSES),
    json: row.text(),
    issuedAt: row.text(),
    validFrom: row.text(),
    expiresAt: row.text(),
    revokedAt: row.textOrNull(),
    reason: row.textOrNull(),
  }),
};

export const ATTESTATIONS: Table<AttestationRecord> = {
  name: "membership_attestations",
  columns: [
    "attestation_id",
    "issuer_sovereign_id",
    "subject_id",
    "subject_public_key",
    "roles_json",
    "status",
    "attestation_json",
    "issued_at",
    "valid_from",
    "expires_at",
    "revoked_at",
    "revocation_reason",
  ],
  order: "attestation_id",
  toRecord: (row) => ({
    id: row.text(),
    issuer: row.text(),
    subjectId: row.text(),
    subjectPublicKey: row.textOrNull(),
    rolesJson: row.text(),
    status: row.oneOf(STATUSES),
    json: row.text(),
    issuedAt: row.text(),
    validFrom: row.text(),
    expiresAt: row.text(),
    revokedAt: row.textOrNull(),
    reason: row.textOrNull(),
  }),
};

export const FEEDS: Table<FeedRecord> = {
  name: "sovereign_revocation_feeds",
  columns: ["feed_id", "issuer_sovereign_id", "sequence", "feed_json", "imported_at"],
  order: "feed_id",
  toRecord: (row) => ({
    feedId: row.text(),
    issuer: row.text(),
    sequence: row.integer(),
    json: row.text(),
    importedAt: row.text(),
  }),
};

export const REJECTED_FEEDS: Table<RejectedFeedRecord> = {
  name: "concordat_rejected_feeds",
  columns: ["feed_id", "issuer_sovereign_id", "sequence", "feed_json", "rejected_at"],
  order: "issuer_sovereign_id, feed_id",
  toRecord: (row) => ({
    feedId: row.text(),
    issuer: row.text(),
    sequence: row.integer(),
    json: row.text(),
    rejectedAt: row.text(),
  }),
};

export const IMPORTED_REVOCATIONS: Table<ImportedRevocation> = {
  name: "imported_sovereign_revocations",
  columns: [
    "issuer_sovereign_id",
    "attestation_id",
    "feed_id",
    "sequence",
    "reason",
    "imported_at",
  ],
  order: "issuer_sovereign_id, attestation_id",
  toRecord: (row) => ({
    issuer: row.text(),
    attestationId: row.text(),
    feedId: row.text(),
    sequence: row.integer(),
    reason: row.textOrNull(),
    importedAt: row.text(),
  }),
};

/** Should another program have left several active, the first is in force: the reference takes it too. */
export const POLICIES: Table<{ readonly policyId: string; readonly json: string }> = {
  name: "recognition_policies",
  columns: ["policy_id", "policy_json"],
  order: "rowid",
  where: "active = 1",
  toRecord: (row) => ({ policyId: row.text(), json: row.text() }),
};

export const INVENTORY: Table<InventoryEntry> = {
  name: "concordat_inventory",
  columns: [
    "kind",
    "name",
    "object_id",
    "spec_json",
    "renewal",
    "document_digest",
    "live",
    "source_file",
    "source_line",
    "source_column",
    "source_blob",
    "commit_id",
  ],
  order: "kind, name",
  toRecord: (row) => ({
    kind: row.oneOf(KINDS),
    name: row.text(),
    objectId: row.text(),
    specJson: row.text(),
    renewal: row.integer(),
    documentDigest: row.digestOrNull(),
    live: row.boolean(),
    source: { file: row.text(), line: row.integer(), column: row.integer(), blob: row.text() },
    commit: row.text(),
  }),
};
