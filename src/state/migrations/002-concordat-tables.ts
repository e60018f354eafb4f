/** The tables that are ours alone, and the triggers that count every change of what a plan depends on. */

/** At the time of this migration. A later table comes with its own migration. */
const PLAN_TABLES = [
  "concordat_authority",
  "concordat_operator_keys",
  "revoked_operator_keys",
  "concordat_sovereigns",
  "recognition_treaties",
  "membership_attestations",
  "sovereign_revocation_feeds",
  "concordat_rejected_feeds",
  "imported_sovereign_revocations",
  "recognition_policies",
  "concordat_inventory",
];

const TABLES = `
CREATE TABLE concordat_meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  generation INTEGER NOT NULL,
  -- 1 only inside a commit of ours, which counts itself: nobody else ever sees it.
  committing INTEGER NOT NULL CHECK (committing IN (0, 1))
) STRICT;
INSERT INTO concordat_meta (id, generation, committing) VALUES (1, 0, 0);

CREATE TABLE concordat_authority (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  sovereign_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  public_key TEXT NOT NULL,
  genesis_json TEXT NOT NULL,
  endpoint TEXT,
  policy_json TEXT NOT NULL
) STRICT;

CREATE TABLE concordat_operator_keys (
  key_id TEXT PRIMARY KEY NOT NULL,
  public_key TEXT NOT NULL,
  tier TEXT NOT NULL CHECK (tier IN ('read', 'standard', 'privileged')),
  holder TEXT NOT NULL,
  valid_from TEXT,
  valid_until TEXT,
  state TEXT NOT NULL CHECK (state IN ('active', 'retired'))
) STRICT;

CREATE TABLE concordat_sovereigns (
  sovereign_id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  public_keys_json TEXT NOT NULL,
  endpoint TEXT,
  feed_url TEXT,
  feed_max_age INTEGER,
  feed_suspend INTEGER NOT NULL CHECK (feed_suspend IN (0, 1))
) STRICT;

-- The reference keys its feeds by id alone; an issuer chooses the id, and must not get in the way of another's feed.
CREATE TABLE concordat_rejected_feeds (
  issuer_sovereign_id TEXT NOT NULL,
  feed_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  feed_json TEXT NOT NULL,
  rejected_at TEXT NOT NULL,
  PRIMARY KEY (issuer_sovereign_id, feed_id)
) STRICT;

CREATE TABLE concordat_published_feeds (
  sequence INTEGER PRIMARY KEY,
  feed_id TEXT NOT NULL UNIQUE,
  feed_json TEXT NOT NULL
) STRICT;

CREATE TABLE concordat_inventory (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  object_id TEXT NOT NULL,
  spec_json TEXT NOT NULL,
  renewal INTEGER NOT NULL,
  document_digest TEXT,
  live INTEGER NOT NULL CHECK (live IN (0, 1)),
  source_file TEXT NOT NULL,
  source_line INTEGER NOT NULL,
  source_column INTEGER NOT NULL,
  source_blob TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT;

CREATE TABLE concordat_applied (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  commit_id TEXT NOT NULL,
  tree_id TEXT NOT NULL,
  plan_digest TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT;

-- A cache: every row can be lost. Sorted by blob, so that reading a tree's blobs walks the table once.
CREATE TABLE concordat_resources (
  blob TEXT NOT NULL,
  parser_version TEXT NOT NULL,
  resources_json TEXT NOT NULL,
  PRIMARY KEY (blob, parser_version)
) STRICT, WITHOUT ROWID;
`;

// A row changed by any program raises the generation. Counting inside our own commit would cost about 7 microseconds for
// each of its rows, because a trigger that writes makes every statement keep a journal of its own.
const TRIGGERS = PLAN_TABLES.flatMap((table) =>
  ["INSERT", "UPDATE", "DELETE"].map(
    (event) => `
CREATE TRIGGER concordat_${table.replace("concordat_", "")}_${event.toLowerCase()} AFTER ${event} ON ${table}
WHEN (SELECT committing FROM concordat_meta WHERE id = 1) IS NOT 1
BEGIN
  UPDATE concordat_meta SET generation = generation + 1 WHERE id = 1;
END;
`,
  ),
);

export const CONCORDAT_TABLES = [TABLES, ...TRIGGERS].join("");
