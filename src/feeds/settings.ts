/** What an operator can set about polling. */
import type { Seconds } from "../model/time.js";

export interface FeedSettings {
  /** The longest time between two polls of a feed. */
  readonly intervalSeconds: Seconds;
  readonly maxBytes: number;
  /** CIDR ranges that feeds may be fetched from although they are not public. */
  readonly allowPrivate: readonly string[];
  /** A PEM file of authorities to trust beside the runtime's. */
  readonly caFile: string | null;
}

/** 16 MiB hold some 100,000 revocations with their reasons. */
export const DEFAULT_FEED_SETTINGS: FeedSettings = {
  intervalSeconds: 900,
  maxBytes: 16 * 1024 * 1024,
  allowPrivate: [],
  caFile: null,
};
