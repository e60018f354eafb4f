/** What the controller remembers between two runs. No plan depends on it, so that nothing here counts as a change. */
export const CONTROLLER_TABLES = `
-- Who may write. Every writer that takes over raises the epoch, and the one before it writes no more.
CREATE TABLE concordat_writer (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL,
  holder TEXT NOT NULL,
  since TEXT NOT NULL
) STRICT;

CREATE TABLE concordat_trusted (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  commit_id TEXT NOT NULL,
  tree_id TEXT NOT NULL,
  trusted_at TEXT NOT NULL
) STRICT;

CREATE TABLE concordat_suspension (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  reason TEXT NOT NULL,
  suspended_by TEXT NOT NULL,
  suspended_since TEXT NOT NULL,
  suspended_until TEXT
) STRICT;

CREATE TABLE concordat_drift (
  class TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  disposition TEXT NOT NULL,
  message TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (class, kind, id)
) STRICT;

CREATE TABLE concordat_feed_polls (
  issuer_sovereign_id TEXT PRIMARY KEY NOT NULL,
  url TEXT NOT NULL,
  etag TEXT,
  sequence INTEGER,
  issued_at TEXT,
  result TEXT NOT NULL,
  message TEXT NOT NULL,
  checked_at TEXT NOT NULL,
  succeeded_at TEXT
) STRICT;

-- By its bytes, because an issuer that contradicts itself may well use one id or one sequence twice.
CREATE TABLE concordat_feed_evidence (
  issuer_sovereign_id TEXT NOT NULL,
  feed_digest TEXT NOT NULL,
  feed_id TEXT NOT NULL,
  -- Any integer of JSON: a sequence that no integer of SQLite holds is evidence too.
  sequence TEXT NOT NULL,
  feed_json TEXT NOT NULL,
  reason TEXT NOT NULL,
  received_at TEXT NOT NULL,
  PRIMARY KEY (issuer_sovereign_id, feed_digest)
) STRICT;

CREATE TABLE concordat_status (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  status_json TEXT NOT NULL
) STRICT;
`;
