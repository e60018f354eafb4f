/** A corrected feed, judged as if the bad one had never been imported, under the keys that are known of its issuer. */
import { AppError } from "../../errors.js";
import { judgeFeed } from "../../feeds/judge.js";
import type { KnownFeeds } from "../../feeds/known-feeds.js";
import type { PublicKey, SovereignRevocationFeed, Verified } from "../../model/documents.js";
import type { RejectedFeedRecord, Snapshot } from "../../model/state.js";
import type { Instant } from "../../model/time.js";
import { documentJson, parseFeed } from "../../protocol/documents.js";
import { parseJson } from "../../protocol/json.js";
import { signatureHolds } from "../../protocol/verify.js";
import type { FeedEffect } from "./effect.js";

export type CorrectedFeed =
  | {
      readonly accepted: true;
      readonly feed: Verified<SovereignRevocationFeed>;
      /** It is newer than all that was imported, the bad one included: it can be imported before that is rejected. */
      readonly importable: boolean;
    }
  | { readonly accepted: false; readonly reason: string; readonly message: string };

/** Judges the bytes of a feed that is to take the place of the bad one. */
export function judgeCorrected(
  bytes: Uint8Array,
  snapshot: Snapshot,
  bad: FeedEffect,
  now: Instant,
): CorrectedFeed {
  const { issuer } = bad;
  if (isTheSame(bytes, bad)) return refused("same_feed", "it is the bad feed itself");
  const sovereign = snapshot.sovereigns.find((row) => row.sovereignId === issuer);
  const judge = (known: KnownFeeds) =>
    judgeFeed(bytes, {
      issuer,
      keys: sovereign?.publicKeys ?? [],
      suspended: false,
      known,
      maxSequenceJump: snapshot.authority?.policy.maxSequenceJump ?? 0,
      now,
    });
  const verdict = judge(knownWithout(snapshot, bad));
  switch (verdict.result) {
    case "imported": {
      const importable = judge(knownNow(snapshot, issuer)).result === "imported";
      return { accepted: true, feed: verdict.feed, importable };
    }
    case "unchanged":
    case "refreshed":
      return importedAlready(bytes, sovereign?.publicKeys ?? []);
    case "suspended":
      return refused("feed_suspended", "the feed is suspended");
    default:
      return refused(verdict.result, verdict.message);
  }
}

function isTheSame(bytes: Uint8Array, bad: FeedEffect): boolean {
  try {
    return documentJson(parseFeed(parseJson(bytes))) === bad.json;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** A run that comes again finds done what it asked for. */
function importedAlready(bytes: Uint8Array, keys: readonly PublicKey[]): CorrectedFeed {
  const feed = signatureHolds(parseFeed(parseJson(bytes)), keys);
  return feed === null
    ? refused("invalid_signature", "no known key has signed it")
    : { accepted: true, feed, importable: false };
}

function refused(reason: string, message: string): CorrectedFeed {
  return { accepted: false, reason, message };
}

function knownNow(snapshot: Snapshot, issuer: string): KnownFeeds {
  return knownOf(snapshot, issuer, null, snapshot.rejectedFeeds);
}

function knownWithout(snapshot: Snapshot, bad: FeedEffect): KnownFeeds {
  const { issuer, sequence, feed_id: feedId, json } = bad;
  const rejected = { feedId, issuer, sequence, json, rejectedAt: "" };
  return knownOf(snapshot, issuer, feedId, [...snapshot.rejectedFeeds, rejected]);
}

function knownOf(
  snapshot: Snapshot,
  issuer: string,
  without: string | null,
  refusals: readonly RejectedFeedRecord[],
): KnownFeeds {
  const feeds = snapshot.feeds.filter((row) => row.feedId !== without);
  const own = feeds.filter((row) => row.issuer === issuer);
  return {
    highestSequence: own.reduce<number | null>(
      (top, row) => Math.max(top ?? row.sequence, row.sequence),
      null,
    ),
    imported: (sequence) => own.find((row) => row.sequence === sequence) ?? null,
    bearing: (feedId) => feeds.find((row) => row.feedId === feedId) ?? null,
    rejected: () => refusals.filter((row) => row.issuer === issuer),
  };
}
