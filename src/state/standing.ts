/** What a verification of the log compares with the state that the log speaks of. */
import type { Applied, Digest } from "../model/state.js";
import { sha256 } from "../protocol/digest.js";
import type { Queries } from "./connection.js";
import { readPublishedFeed, verifiedFeed } from "./published-feed.js";
import { readAll, readApplied } from "./snapshot.js";
import { AUTHORITY } from "./tables.js";

export interface Standing {
  /** The first damage of pages, indexes or references that SQLite finds; null for none. */
  readonly damage: string | null;
  readonly applied: Applied | null;
  /** Our own newest feed is what the authority has signed, or there is none. */
  readonly isFeedSigned: boolean;
  /** The first attestation that an imported feed revokes, and the state does not; null for none. */
  readonly unheard: {
    readonly issuer: string;
    readonly attestationId: string;
    readonly feedId: string;
  } | null;
  /** Ids of what is revoked, for whatever reason. */
  readonly revoked: {
    readonly treaties: ReadonlySet<string>;
    readonly attestations: ReadonlySet<string>;
    readonly operatorKeys: ReadonlySet<string>;
  };
  /** By id, the digest of each document's text. */
  readonly documents: Readonly<Record<DocumentKind, ReadonlyMap<string, Digest>>>;
}

export type DocumentKind = "treaties" | "attestations" | "imported" | "published";

/** Reads every page. */
export function readStanding(queries: Queries): Standing {
  return {
    damage: damageOf(queries),
    applied: readApplied(queries),
    isFeedSigned: isFeedSigned(queries),
    unheard: unheardIn(queries),
    revoked: {
      treaties: idsOf(
        queries,
        "SELECT treaty_id FROM recognition_treaties WHERE status = 'revoked'",
      ),
      attestations: idsOf(
        queries,
        "SELECT attestation_id FROM membership_attestations WHERE status = 'revoked'",
      ),
      operatorKeys: idsOf(queries, "SELECT key_id FROM revoked_operator_keys"),
    },
    documents: {
      treaties: digestsOf(queries, "recognition_treaties", "treaty_id", "treaty_json"),
      attestations: digestsOf(
        queries,
        "membership_attestations",
        "attestation_id",
        "attestation_json",
      ),
      imported: digestsOf(queries, "sovereign_revocation_feeds", "feed_id", "feed_json"),
      published: digestsOf(queries, "concordat_published_feeds", "feed_id", "feed_json"),
    },
  };
}

/**
 * As `PRAGMA integrity_check`, which also compares indexes with their tables, but for those of the log: they take half of its
 * time, and whoever verifies the log reads each entry of them.
 */
const INDEXES = `SELECT integrity_check FROM sqlite_schema, pragma_integrity_check(name)
  WHERE type = 'table' AND name NOT IN ('audit_events', 'concordat_log_leaves') AND integrity_check <> 'ok' LIMIT 1`;

function damageOf(queries: Queries): string | null {
  const pages = queries.value("PRAGMA quick_check(1)");
  if (pages !== "ok") return String(pages);
  const [index] = queries.rows(INDEXES);
  if (index !== undefined) return String(index[0]);
  const [reference] = queries.rows("PRAGMA foreign_key_check");
  return reference === undefined ? null : `a row of ${String(reference[0])} refers to none`;
}

function isFeedSigned(queries: Queries): boolean {
  const [authority] = readAll(queries, AUTHORITY);
  const feed = readPublishedFeed(queries);
  return feed === null || authority === undefined || verifiedFeed(feed, authority) !== null;
}

/** What a feed lists stays revoked for as long as the feed stands. */
const UNHEARD = `SELECT feed.issuer_sovereign_id, listed.value, feed.feed_id
  FROM (SELECT *, CASE WHEN json_valid(feed_json) THEN feed_json ELSE '{}' END AS json
          FROM sovereign_revocation_feeds) AS feed,
       json_each(feed.json, '$.revoked_attestation_ids') AS listed
 WHERE NOT EXISTS (
   SELECT 1 FROM imported_sovereign_revocations AS heard
    WHERE heard.issuer_sovereign_id = feed.issuer_sovereign_id AND heard.attestation_id = listed.value)
 LIMIT 1`;

function unheardIn(queries: Queries): Standing["unheard"] {
  const [row] = queries.rows(UNHEARD);
  if (row === undefined) return null;
  const [issuer, attestationId, feedId] = row.map(String);
  return { issuer: issuer ?? "", attestationId: attestationId ?? "", feedId: feedId ?? "" };
}

/** Documents are read so many at a time: all of them need not fit into memory. */
const PAGE = 500;

function digestsOf(
  queries: Queries,
  table: string,
  id: string,
  json: string,
): ReadonlyMap<string, Digest> {
  const select = `SELECT ${id}, ${json} FROM ${table} WHERE ${id} > ? ORDER BY ${id} LIMIT ${PAGE}`;
  const digests = new Map<string, Digest>();
  let last = "";
  for (;;) {
    const rows = queries.rows(select, last);
    for (const [key, text] of rows) {
      last = String(key);
      digests.set(last, sha256(String(text)));
    }
    if (rows.length < PAGE) return digests;
  }
}

function idsOf(queries: Queries, select: string): ReadonlySet<string> {
  return new Set(queries.rows(select).map(([id]) => String(id)));
}
