/** The audit log: the leaves of one RFC 6962 tree, its hashes, and what the leaves' commitments are opened with. */
export const AUDIT_LOG = `
CREATE TABLE concordat_log_leaves (
  seq INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL UNIQUE,
  leaf BLOB NOT NULL
) STRICT;

-- In the order of Go's golang.org/x/mod/sumdb/tlog: a leaf adds one hash, and one for each subtree that it completes.
CREATE TABLE concordat_log_nodes (
  pos INTEGER PRIMARY KEY,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- Without its salt a commitment says nothing of its value, so that this is all that an erasure has to take.
CREATE TABLE concordat_log_salts (
  seq INTEGER NOT NULL,
  field TEXT NOT NULL,
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  PRIMARY KEY (seq, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE concordat_log_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  origin TEXT,
  size INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  checkpoint TEXT,
  checkpoint_size INTEGER NOT NULL,
  -- Of the newest checkpoint that is known to stand in the escrow.
  escrowed INTEGER NOT NULL
) STRICT;
INSERT INTO concordat_log_head (id, origin, size, root, checkpoint, checkpoint_size, escrowed)
  VALUES (1, NULL, 0, x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', NULL, 0, 0);

-- A restored state does not take requests that were signed before it was restored.
CREATE TABLE concordat_recovery (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  auth_not_before TEXT NOT NULL,
  restored_at TEXT NOT NULL,
  backup_digest TEXT NOT NULL
) STRICT;

-- Against faults of our own. Whoever can write the file can drop a trigger too, and is found by the checkpoints.
CREATE TRIGGER concordat_log_leaves_update BEFORE UPDATE ON concordat_log_leaves
BEGIN SELECT RAISE(ABORT, 'the log is only ever appended to'); END;
CREATE TRIGGER concordat_log_leaves_delete BEFORE DELETE ON concordat_log_leaves
BEGIN SELECT RAISE(ABORT, 'the log is only ever appended to'); END;
CREATE TRIGGER concordat_log_nodes_update BEFORE UPDATE ON concordat_log_nodes
BEGIN SELECT RAISE(ABORT, 'the log is only ever appended to'); END;
CREATE TRIGGER concordat_log_nodes_delete BEFORE DELETE ON concordat_log_nodes
BEGIN SELECT RAISE(ABORT, 'the log is only ever appended to'); END;
`;
