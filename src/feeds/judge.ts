/** What is to become of a feed that was fetched. Pure: the issuer's keys and history come from the state, never from the feed. */
import { AppError } from "../errors.js";
import type { FeedResult } from "../model/controller.js";
import type {
  PublicKey,
  SovereignRevocationFeed,
  Unverified,
  Verified,
} from "../model/documents.js";
import type { JsonInteger } from "../model/json.js";
import type { FeedEvidence, FeedRecord } from "../model/state.js";
import type { Instant, Timestamp } from "../model/time.js";
import { parseFeed } from "../protocol/documents.js";
import { plusSeconds, toInstant } from "../protocol/instant.js";
import { parseJson } from "../protocol/json.js";
import { signatureHolds, verifyFeed } from "../protocol/verify.js";
import { sameRevocations } from "../protocol/same-revocations.js";
import { bodyOf, type KnownFeeds } from "./known-feeds.js";

/** Clocks may differ by as much as at the ends of a validity window (protocol.md 4). */
export const CLOCK_SKEW_SECONDS = 5 * 60;

/** An id goes into the audit and onto screens as it is. */
const FEED_ID = /^[!-~]{1,256}$/;

type Feed = SovereignRevocationFeed;

export interface Trial {
  readonly issuer: string;
  /** Of the issuer's applied `Sovereign` resource. */
  readonly keys: readonly PublicKey[];
  readonly suspended: boolean;
  readonly known: KnownFeeds;
  /** How far the sequence may run ahead of the highest imported one, or of 0 (design.md 5). */
  readonly maxSequenceJump: number;
  readonly now: Instant;
}

export type Refusal = Exclude<
  FeedResult,
  "imported" | "unchanged" | "refreshed" | "suspended" | "fetch_failed"
>;

export type FeedVerdict =
  | { readonly result: "suspended" }
  | ImportedFeed
  /** The imported feed stands: it came again, or its content did under a new signature. */
  | {
      readonly result: "unchanged" | "refreshed";
      readonly imported: FeedRecord;
      readonly issuedAt: Timestamp;
    }
  | RefusedFeed;

export interface ImportedFeed {
  readonly result: "imported";
  readonly feed: Verified<Feed>;
  readonly sequence: number;
}

export interface RefusedFeed {
  readonly result: Refusal;
  readonly message: string;
  /** What the audit names; null for what is not a feed at all. */
  readonly feed: { readonly id: string; readonly sequence: JsonInteger } | null;
  readonly evidence: FeedEvidence["reason"] | null;
}

/**
 * Judges the bytes of a feed. The reasons and their order are those of the reference's import (protocol.md 4); what git or the
 * history has against the feed comes after its signature, for unsigned text proves nothing. Throws AppError `state_corrupt`.
 */
export function judgeFeed(bytes: Uint8Array, trial: Trial): FeedVerdict {
  if (trial.suspended) return { result: "suspended" };
  const feed = readFeed(bytes);
  return "result" in feed ? feed : judge(feed, trial);
}

function readFeed(bytes: Uint8Array): Unverified<Feed> | RefusedFeed {
  const malformed = (message: string): RefusedFeed => {
    return { result: "malformed", message, feed: null, evidence: null };
  };
  try {
    const feed = parseFeed(parseJson(bytes));
    return FEED_ID.test(feed.body.feed_id)
      ? feed
      : malformed("/feed_id: expected 1 to 256 printable ASCII characters");
  } catch (error) {
    if (error instanceof AppError) return malformed(error.message.slice(0, 200));
    throw error;
  }
}

function judge(feed: Unverified<Feed>, trial: Trial): FeedVerdict {
  const { body } = feed;
  const { issuer, keys, known, now } = trial;
  const refuse = (
    result: Refusal,
    message: string,
    evidence: RefusedFeed["evidence"] = null,
  ): RefusedFeed => {
    return { result, message, feed: { id: body.feed_id, sequence: body.sequence }, evidence };
  };
  const highest = known.highestSequence ?? -1;
  const settled = body.sequence <= highest ? known.imported(Number(body.sequence)) : null;
  // The newest sequence may come again; one below it is stale, and may contradict what was imported.
  const floor = body.sequence === highest ? highest - 1 : highest;
  const decision = verifyFeed(feed, keys, { issuer, highestSequence: floor });
  if (!decision.accepted && decision.reason !== "stale_sequence")
    return refuse(decision.reason, explain(decision.reason, issuer));
  const isSigned = decision.accepted || signatureHolds(feed, keys) !== null;
  if (isSigned && isRejected(body, known))
    return refuse("rejected_by_git", `sequence ${body.sequence} is refused by accept: false`);
  const twin = settled ?? known.bearing(body.feed_id);
  if (isSigned && twin !== null && contradicts(body, issuer, twin)) {
    return refuse(
      "equivocation",
      twin.issuer === issuer
        ? `two different feeds with sequence ${body.sequence}, or with one id`
        : `the feed bears the id of a feed of ${twin.issuer}`,
      "equivocation",
    );
  }
  if (!decision.accepted)
    return refuse("stale_sequence", `sequence ${body.sequence} is not above ${highest}`);
  const { issued_at: issuedAt } = body;
  // A newer signature under the imported content says that the issuer still stands by it; another one says nothing.
  const isNews = settled === null || toInstant(issuedAt) > toInstant(bodyOf(settled).issued_at);
  if (isNews && toInstant(issuedAt) > plusSeconds(now, CLOCK_SKEW_SECONDS))
    return refuse("from_the_future", `sequence ${body.sequence} is dated ${issuedAt}`);
  if (settled !== null)
    return { result: isNews ? "refreshed" : "unchanged", imported: settled, issuedAt };
  const base = Math.max(highest, 0);
  const sequence = Number(body.sequence);
  if (!Number.isSafeInteger(sequence) || sequence - base > trial.maxSequenceJump) {
    const message = `sequence ${body.sequence} is more than ${trial.maxSequenceJump} above ${base}`;
    return refuse("sequence_jump", message, "sequence_jump");
  }
  return { result: "imported", feed: decision.document, sequence };
}

function explain(reason: Refusal, issuer: string): string {
  switch (reason) {
    case "wrong_issuer":
      return `the feed was not issued by ${issuer}`;
    case "missing_signature":
      return "the feed is not signed";
    default:
      return `no key of ${issuer} has signed the feed`;
  }
}

/** By its id, or by what it says: the reference serves the same content under a new id at each request. */
function isRejected(body: Feed, known: KnownFeeds): boolean {
  return known
    .rejected()
    .some(
      (record) =>
        record.feedId === body.feed_id ||
        (record.sequence === body.sequence && sameRevocations(body, bodyOf(record))),
    );
}

function contradicts(body: Feed, issuer: string, twin: FeedRecord): boolean {
  return (
    twin.issuer !== issuer ||
    twin.sequence !== body.sequence ||
    !sameRevocations(body, bodyOf(twin))
  );
}
