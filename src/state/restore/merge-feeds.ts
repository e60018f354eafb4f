/** Feeds of other sovereigns: whatever either state imported stays imported, and sequences never go back. */
import { AppError } from "../../errors.js";
import { withdrawFeed } from "../operations/feeds.js";
import { readWhere } from "../snapshot.js";
import { FEEDS } from "../tables.js";
import { copyRows, type Merge } from "./merge.js";

/** What the live state rejects was decided by its operators, and is not imported again by a backup that did not know. */
export function mergeFeeds(merge: Merge): void {
  const { transaction } = merge;
  copyRows(merge, "sovereign_revocation_feeds", "live");
  transaction.run(
    `INSERT OR IGNORE INTO main.sovereign_revocation_feeds
     SELECT * FROM backup.sovereign_revocation_feeds AS old WHERE NOT ${rejected("old")}`,
  );
  copyRows(merge, "imported_sovereign_revocations", "live");
  transaction.run(
    `INSERT OR IGNORE INTO main.imported_sovereign_revocations
     SELECT * FROM backup.imported_sovereign_revocations AS old WHERE NOT ${rejected("old")}`,
  );
  revokeListed(merge);
  copyRows(merge, "concordat_rejected_feeds", "live");
  transaction.run(
    `INSERT OR IGNORE INTO main.concordat_rejected_feeds
     SELECT * FROM backup.concordat_rejected_feeds AS old WHERE NOT EXISTS (
       SELECT 1 FROM main.sovereign_revocation_feeds AS feed
        WHERE feed.issuer_sovereign_id = old.issuer_sovereign_id AND feed.feed_id = old.feed_id)`,
  );
  for (const { issuer, sequence } of merge.forgottenFeeds) forgetFeed(merge, issuer, sequence);
}

/** An imported feed has revoked what it lists even where somebody has removed the row: as the newest feed that lists it says. */
function revokeListed({ transaction }: Merge): void {
  transaction.run(
    `INSERT OR IGNORE INTO main.imported_sovereign_revocations
       (issuer_sovereign_id, attestation_id, feed_id, sequence, reason, imported_at)
     SELECT feed.issuer_sovereign_id, listed.value, feed.feed_id, feed.sequence,
            (SELECT given.value FROM json_each(feed.json, '$.revocation_reasons') AS given WHERE given.key = listed.value),
            feed.imported_at
       FROM (SELECT *, CASE WHEN json_valid(feed_json) THEN feed_json ELSE '{}' END AS json
               FROM main.sovereign_revocation_feeds) AS feed,
            json_each(feed.json, '$.revoked_attestation_ids') AS listed
      WHERE listed.type = 'text' ORDER BY feed.sequence DESC`,
  );
}

/** Polls say how fresh a feed is. One of a feed that was forgotten would keep it from being asked for again. */
export function mergePolls(merge: Merge): void {
  const { transaction } = merge;
  copyRows(merge, "concordat_feed_polls", "live");
  transaction.run(
    `INSERT OR IGNORE INTO main.concordat_feed_polls
     SELECT issuer_sovereign_id, url, NULL, sequence, issued_at, result, message, checked_at, succeeded_at
       FROM backup.concordat_feed_polls`,
  );
  for (const { issuer } of merge.forgottenFeeds)
    transaction.run("DELETE FROM main.concordat_feed_polls WHERE issuer_sovereign_id = ?", issuer);
}

function rejected(row: string): string {
  return `EXISTS (SELECT 1 FROM live.concordat_rejected_feeds AS no
    WHERE no.issuer_sovereign_id = ${row}.issuer_sovereign_id AND no.feed_id = ${row}.feed_id)`;
}

/** As if it had never been imported: its sequence is open, and it may be imported again if its issuer still publishes it. */
function forgetFeed({ transaction }: Merge, issuer: string, sequence: number): void {
  const where = "issuer_sovereign_id = ? AND sequence = ?";
  const [imported] = readWhere(transaction, FEEDS, where, issuer, sequence);
  if (imported === undefined)
    throw new AppError("internal", `there is no feed ${sequence} of ${issuer} to forget`);
  withdrawFeed(transaction, imported);
}
