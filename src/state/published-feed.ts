/** Our own newest revocation feed in the state. */
import type { SovereignRevocationFeed, Verified } from "../model/documents.js";
import type { AuthorityRecord } from "../model/state.js";
import { ownFeed } from "../protocol/own-feed.js";
import type { Queries } from "./connection.js";
import { Row } from "./row.js";

export interface PublishedFeed {
  readonly sequence: number;
  readonly feedId: string;
  readonly json: string;
}

/** Null before the first was published. */
export function readPublishedFeed(queries: Queries): PublishedFeed | null {
  const table = "concordat_published_feeds";
  const [columns] = queries.rows(
    `SELECT sequence, feed_id, feed_json FROM ${table} ORDER BY sequence DESC LIMIT 1`,
  );
  if (columns === undefined) return null;
  const row = new Row(table, columns);
  return { sequence: row.integer(), feedId: row.text(), json: row.text() };
}

/** What `row` holds, signed; null when it is not what the authority has signed. */
export function verifiedFeed(
  { sequence, feedId, json }: PublishedFeed,
  authority: Pick<AuthorityRecord, "publicKey" | "sovereignId">,
): Verified<SovereignRevocationFeed> | null {
  const feed = ownFeed(json, authority);
  return feed?.body.sequence === sequence && feed.body.feed_id === feedId ? feed : null;
}
