/** Revocation feeds: those of other sovereigns, and our own (protocol.md 3, design.md 4.4). */
import { AppError } from "../../errors.js";
import type { SovereignRevocationFeed, Verified } from "../../model/documents.js";
import type { JsonInteger } from "../../model/json.js";
import type { FeedRecord } from "../../model/state.js";
import { documentJson, parseFeed } from "../../protocol/documents.js";
import { parseJson } from "../../protocol/json.js";
import type { Transaction } from "../connection.js";
import { readWhere } from "../snapshot.js";
import { FEEDS } from "../tables.js";

type Feed = Verified<SovereignRevocationFeed>;

/** What imported feeds say about one attestation: the newest feed that lists it, and when one first did. */
interface Listing {
  readonly feedId: string;
  readonly sequence: number;
  readonly reason: string | null;
  readonly importedAt: string;
}

/**
 * Accepts a feed. Its entries join those of earlier feeds: one that a later feed no longer lists stays revoked.
 * Throws AppError `internal` when the sequence does not rise, `integer_out_of_range` for one of 2^53 or more.
 */
export function importFeed(transaction: Transaction, feed: Feed, at: string): void {
  const {
    feed_id,
    issuer_sovereign_id: issuer,
    revoked_attestation_ids,
    revocation_reasons,
  } = feed.body;
  const sequence = smallSequence(feed.body.sequence);
  const latest = transaction.value(
    "SELECT MAX(sequence) FROM sovereign_revocation_feeds WHERE issuer_sovereign_id = ?",
    issuer,
  );
  if (typeof latest === "number" && sequence <= latest) {
    throw new AppError("internal", `feed ${sequence} of ${issuer} is not newer than ${latest}`);
  }
  // Accepting what was rejected before.
  transaction.run(
    "DELETE FROM concordat_rejected_feeds WHERE issuer_sovereign_id = ? AND feed_id = ?",
    issuer,
    feed_id,
  );
  transaction.run(
    `INSERT INTO sovereign_revocation_feeds (feed_id, issuer_sovereign_id, sequence, feed_json, imported_at)
       VALUES (?, ?, ?, ?, ?)`,
    feed_id,
    issuer,
    sequence,
    documentJson(feed),
    at,
  );
  for (const id of revoked_attestation_ids) {
    putListing(transaction, issuer, id, {
      feedId: feed_id,
      sequence,
      reason: revocation_reasons[id] ?? null,
      importedAt: at,
    });
  }
}

/**
 * Refuses a feed, imported or not, and keeps it as evidence. What it alone had revoked is revoked no longer, and its
 * sequence is open again: the state is as if the issuer's other feeds had been imported without it.
 */
export function rejectFeed(transaction: Transaction, feed: Feed, at: string): void {
  const { feed_id, issuer_sovereign_id: issuer, sequence } = feed.body;
  const [imported] = readWhere(
    transaction,
    FEEDS,
    "feed_id = ? AND issuer_sovereign_id = ?",
    feed_id,
    issuer,
  );
  transaction.run(
    `INSERT INTO concordat_rejected_feeds (issuer_sovereign_id, feed_id, sequence, feed_json, rejected_at)
       VALUES (?, ?, ?, ?, ?)`,
    issuer,
    feed_id,
    imported?.sequence ?? smallSequence(sequence),
    imported?.json ?? documentJson(feed),
    at,
  );
  if (imported !== undefined) withdrawFeed(transaction, imported);
}

/** Takes an imported feed out: what it alone had revoked is revoked no longer, and its sequence is open again. */
export function withdrawFeed(transaction: Transaction, imported: FeedRecord): void {
  const { feedId, issuer } = imported;
  transaction.run("DELETE FROM sovereign_revocation_feeds WHERE feed_id = ?", feedId);
  const listings = listingsOf(transaction, issuer);
  for (const id of storedFeed(imported).revoked_attestation_ids) {
    transaction.run(
      "DELETE FROM imported_sovereign_revocations WHERE issuer_sovereign_id = ? AND attestation_id = ?",
      issuer,
      id,
    );
    const listing = listings.get(id);
    if (listing !== undefined) putListing(transaction, issuer, id, listing);
  }
}

/** Stores our own feed, signed once. Throws AppError `internal` when the sequence does not rise. */
export function publishFeed(transaction: Transaction, feed: Feed): void {
  const sequence = smallSequence(feed.body.sequence);
  const latest = transaction.value("SELECT MAX(sequence) FROM concordat_published_feeds");
  if (typeof latest === "number" && sequence <= latest) {
    throw new AppError("internal", `our feed ${sequence} is not newer than ${latest}`);
  }
  transaction.run(
    "INSERT INTO concordat_published_feeds (sequence, feed_id, feed_json) VALUES (?, ?, ?)",
    sequence,
    feed.body.feed_id,
    documentJson(feed),
  );
}

/** What the imported feeds of `issuer` say together, folded in the order in which they were imported. */
function listingsOf(transaction: Transaction, issuer: string): ReadonlyMap<string, Listing> {
  const listings = new Map<string, Listing>();
  for (const feed of readWhere(
    transaction,
    FEEDS,
    "issuer_sovereign_id = ? ORDER BY sequence",
    issuer,
  )) {
    const { revoked_attestation_ids, revocation_reasons } = storedFeed(feed);
    for (const id of revoked_attestation_ids) {
      listings.set(id, {
        feedId: feed.feedId,
        sequence: feed.sequence,
        reason: revocation_reasons[id] ?? null,
        importedAt: listings.get(id)?.importedAt ?? feed.importedAt,
      });
    }
  }
  return listings;
}

function putListing(transaction: Transaction, issuer: string, id: string, listing: Listing): void {
  transaction.run(
    `INSERT INTO imported_sovereign_revocations
       (issuer_sovereign_id, attestation_id, feed_id, sequence, reason, imported_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET feed_id = excluded.feed_id, sequence = excluded.sequence, reason = excluded.reason`,
    issuer,
    id,
    listing.feedId,
    listing.sequence,
    listing.reason,
    listing.importedAt,
  );
}

function storedFeed(record: FeedRecord): SovereignRevocationFeed {
  try {
    return parseFeed(parseJson(record.json)).body;
  } catch (cause) {
    throw new AppError("state_corrupt", `the stored feed ${record.feedId} cannot be read`, {
      cause,
    });
  }
}

function smallSequence(sequence: JsonInteger): number {
  if (typeof sequence === "number") return sequence;
  throw new AppError("integer_out_of_range", `the sequence ${sequence} of a feed is 2^53 or more`, {
    hint: "ask the issuer for a feed with a lower sequence",
  });
}
