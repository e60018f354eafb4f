/** The tables of the reference at its schema 9, so that its tools can read and write this file (protocol.md 9). */

// All of them, not only those of the trust part: the rows of schema_version say that its migrations 1 to 9 were applied,
// and its later ones alter tables such as invite_tokens.
export const GENESIS_MESH_TABLES = `
CREATE TABLE schema_version (
  version INTEGER PRIMARY KEY,
  applied_at TEXT NOT NULL
);

CREATE TABLE invite_tokens (
  token_id TEXT PRIMARY KEY,
  assigned_roles_json TEXT NOT NULL,
  max_validity_hours INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT,
  used_by_key TEXT,
  recipient_public_key TEXT
);

CREATE TABLE issued_certs (
  cert_id TEXT PRIMARY KEY,
  node_public_key TEXT NOT NULL,
  cert_json TEXT NOT NULL,
  roles_json TEXT NOT NULL,
  issued_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  remote_addr TEXT,
  status TEXT NOT NULL DEFAULT 'issued',
  last_heartbeat TEXT,
  heartbeat_status TEXT,
  renewed_from TEXT,
  revoked_at TEXT,
  revocation_reason TEXT,
  max_validity_hours INTEGER,
  revoke_after TEXT
);
CREATE INDEX idx_issued_certs_node_public_key ON issued_certs(node_public_key);

CREATE TABLE nonces (
  scope TEXT NOT NULL,
  nonce TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (scope, nonce)
);

CREATE TABLE crl_versions (
  sequence INTEGER PRIMARY KEY,
  crl_json TEXT NOT NULL,
  active INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
);

CREATE TABLE policy_versions (
  policy_id TEXT PRIMARY KEY,
  policy_json TEXT NOT NULL,
  active INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
);

CREATE TABLE audit_events (
  event_id TEXT PRIMARY KEY,
  event_json TEXT NOT NULL,
  created_at TEXT NOT NULL
);

CREATE TABLE agent_registrations (
  node_public_key TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL,
  network_name TEXT NOT NULL,
  capabilities_csv TEXT NOT NULL,
  endpoint_host TEXT NOT NULL,
  endpoint_port INTEGER NOT NULL,
  endpoint_scheme TEXT NOT NULL,
  descriptor_json TEXT NOT NULL,
  registered_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
);
CREATE INDEX idx_agent_registrations_capabilities ON agent_registrations(capabilities_csv);
CREATE INDEX idx_agent_registrations_expires ON agent_registrations(expires_at);

CREATE TABLE membership_attestations (
  attestation_id TEXT PRIMARY KEY,
  issuer_sovereign_id TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  subject_public_key TEXT,
  roles_json TEXT NOT NULL,
  status TEXT NOT NULL,
  attestation_json TEXT NOT NULL,
  issued_at TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  revoked_at TEXT,
  revocation_reason TEXT
);
CREATE INDEX idx_membership_attestations_issuer ON membership_attestations(issuer_sovereign_id);
CREATE INDEX idx_membership_attestations_subject ON membership_attestations(subject_id);
CREATE INDEX idx_membership_attestations_status ON membership_attestations(status);
CREATE INDEX idx_membership_attestations_expires ON membership_attestations(expires_at);

CREATE TABLE recognition_policies (
  policy_id TEXT PRIMARY KEY,
  policy_json TEXT NOT NULL,
  active INTEGER NOT NULL,
  created_at TEXT NOT NULL
);
CREATE INDEX idx_recognition_policies_active ON recognition_policies(active);

CREATE TABLE recognition_treaties (
  treaty_id TEXT PRIMARY KEY,
  issuer_sovereign_id TEXT NOT NULL,
  subject_sovereign_id TEXT NOT NULL,
  status TEXT NOT NULL,
  treaty_json TEXT NOT NULL,
  issued_at TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  revoked_at TEXT,
  revocation_reason TEXT
);
CREATE INDEX idx_recognition_treaties_issuer ON recognition_treaties(issuer_sovereign_id);
CREATE INDEX idx_recognition_treaties_subject ON recognition_treaties(subject_sovereign_id);
CREATE INDEX idx_recognition_treaties_status ON recognition_treaties(status);

CREATE TABLE sovereign_revocation_feeds (
  feed_id TEXT PRIMARY KEY,
  issuer_sovereign_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  feed_json TEXT NOT NULL,
  imported_at TEXT NOT NULL
);
CREATE UNIQUE INDEX idx_sovereign_revocation_feeds_issuer_sequence
  ON sovereign_revocation_feeds(issuer_sovereign_id, sequence);
CREATE INDEX idx_sovereign_revocation_feeds_issuer ON sovereign_revocation_feeds(issuer_sovereign_id);

CREATE TABLE imported_sovereign_revocations (
  issuer_sovereign_id TEXT NOT NULL,
  attestation_id TEXT NOT NULL,
  feed_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  reason TEXT,
  imported_at TEXT NOT NULL,
  PRIMARY KEY (issuer_sovereign_id, attestation_id)
);
CREATE INDEX idx_imported_sovereign_revocations_issuer ON imported_sovereign_revocations(issuer_sovereign_id);

CREATE TABLE revoked_operator_keys (
  key_id TEXT PRIMARY KEY,
  revoked_at TEXT NOT NULL,
  reason TEXT NOT NULL,
  revoked_by TEXT NOT NULL
);
`;
