/** What the state knows of one issuer's feeds: the ground on which a new one is judged. */
import type { SovereignRevocationFeed } from "../model/documents.js";
import type { FeedRecord, RejectedFeedRecord } from "../model/state.js";
import { AppError } from "../errors.js";
import { parseFeed } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";
import type { StateReader } from "../state/reader.js";

export interface KnownFeeds {
  /** Of the imported ones; null when there is none. */
  readonly highestSequence: number | null;
  /** The imported feed of the issuer with this sequence. */
  imported(sequence: number): FeedRecord | null;
  /** The imported feed of any issuer that bears this id. */
  bearing(feedId: string): FeedRecord | null;
  /** The feeds of the issuer that git refused. */
  rejected(): readonly RejectedFeedRecord[];
}

type FeedRows = Pick<StateReader, "highestSequence" | "feed" | "feedNamed" | "rejectedFeeds">;

/** What the state holds of the issuer's feeds at this moment. */
export function knownFeeds(rows: FeedRows, issuer: string): KnownFeeds {
  return {
    highestSequence: rows.highestSequence(issuer),
    imported: (sequence) => rows.feed(issuer, sequence),
    bearing: (feedId) => rows.feedNamed(feedId),
    rejected: () => rows.rejectedFeeds(issuer),
  };
}

/** The body of a stored feed. Throws AppError `state_corrupt`. */
export function bodyOf(record: FeedRecord | RejectedFeedRecord): SovereignRevocationFeed {
  try {
    return parseFeed(parseJson(record.json)).body;
  } catch (cause) {
    throw new AppError("state_corrupt", `the stored feed ${record.feedId} cannot be read`, {
      cause,
    });
  }
}
