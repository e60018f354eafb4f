/** What the state knows of one issuer's feeds: the ground on which a new one is judged. */
import type { SovereignRevocationFeed } from "../model/documents.js";
import type { FeedRecord, RejectedFeedRecord } from "../model/state.js";
import { AppError } from "../errors.js";
import { parseFeed } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";

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
