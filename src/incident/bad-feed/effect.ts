/** What one imported feed has done, and what its rejection takes back. Pure. */
import { AppError } from "../../errors.js";
import { bodyOf } from "../../feeds/known-feeds.js";
import type { FeedRecord, RejectedFeedRecord, Snapshot } from "../../model/state.js";

export interface FeedRevocation {
  readonly attestation_id: string;
  readonly reason: string | null;
  /** Other imported feeds of the issuer that revoke it as well: it stays revoked without this one. */
  readonly also_in: readonly { readonly feed_id: string; readonly sequence: number }[];
}

export interface FeedEffect {
  readonly issuer: string;
  readonly sequence: number;
  readonly feed_id: string;
  readonly issued_at: string;
  readonly state: "imported" | "rejected";
  readonly imported_at: string | null;
  /** Name of the resource that stands for it; null: it was polled, or brought by an operator. */
  readonly resource: string | null;
  /** Sequences of feeds that were imported after it. */
  readonly later: readonly number[];
  readonly revocations: readonly FeedRevocation[];
  /** How many it alone brought. */
  readonly alone_count: number;
  /** The signed feed, as stored. */
  readonly json: string;
}

/** Throws AppError `feed_unknown` when the state holds no such feed, `state_corrupt`. */
export function feedEffect(snapshot: Snapshot, issuer: string, sequence: number): FeedEffect {
  const isIt = (row: FeedRecord | RejectedFeedRecord): boolean =>
    row.issuer === issuer && row.sequence === sequence;
  const imported = snapshot.feeds.find(isIt) ?? null;
  const row = imported ?? snapshot.rejectedFeeds.findLast(isIt) ?? null;
  if (row === null) throw unknownFeed(snapshot, issuer, sequence);
  const body = bodyOf(row);
  const listings = others(snapshot, issuer, row.feedId);
  const revocations = body.revoked_attestation_ids.map((id) => ({
    attestation_id: id,
    reason: body.revocation_reasons[id] ?? null,
    also_in: listings.get(id) ?? [],
  }));
  const entry = snapshot.inventory.find(
    ({ kind, objectId }) => kind === "RevocationFeed" && objectId === row.feedId,
  );
  return {
    issuer,
    sequence,
    feed_id: row.feedId,
    issued_at: body.issued_at,
    state: imported === null ? "rejected" : "imported",
    imported_at: imported?.importedAt ?? null,
    resource: entry?.name ?? null,
    later: snapshot.feeds
      .filter((feed) => feed.issuer === issuer && feed.sequence > sequence)
      .map((feed) => feed.sequence),
    revocations,
    alone_count: revocations.filter(({ also_in }) => also_in.length === 0).length,
    json: row.json,
  };
}

/** What the issuer's feeds revoke without this one. */
export function revokedWithout(snapshot: Snapshot, issuer: string, feedId: string): Set<string> {
  return new Set(others(snapshot, issuer, feedId).keys());
}

function others(
  snapshot: Snapshot,
  issuer: string,
  feedId: string,
): ReadonlyMap<string, { readonly feed_id: string; readonly sequence: number }[]> {
  const listings = new Map<string, { readonly feed_id: string; readonly sequence: number }[]>();
  for (const row of snapshot.feeds) {
    if (row.issuer !== issuer || row.feedId === feedId) continue;
    const feed = { feed_id: row.feedId, sequence: row.sequence };
    for (const id of bodyOf(row).revoked_attestation_ids) {
      const list = listings.get(id);
      if (list === undefined) listings.set(id, [feed]);
      else list.push(feed);
    }
  }
  return listings;
}

function unknownFeed({ feeds }: Snapshot, issuer: string, sequence: number): AppError {
  const known = feeds.filter((row) => row.issuer === issuer).map((row) => row.sequence);
  const message = `no feed of ${issuer} with sequence ${sequence} was imported or refused here`;
  return new AppError("feed_unknown", message, {
    hint:
      known.length === 0
        ? "give the sovereignId of a Sovereign resource whose feed was imported"
        : `imported are the sequences ${known.slice(-20).join(", ")}`,
    details: { issuer, sequences: known },
  });
}
