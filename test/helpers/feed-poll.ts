/** What a poll has shown of a feed, with every field that a test does not care about filled in. */
import type { FeedPoll } from "../../src/model/state.js";
import { parseTimestamp } from "../../src/protocol/instant.js";

export function feedPoll(issuer: string, issuedAt: string): FeedPoll {
  const time = parseTimestamp(issuedAt);
  return {
    issuer,
    url: "https://feeds.example/feed.json",
    etag: null,
    sequence: 2,
    issuedAt: time,
    result: "refreshed",
    message: "",
    checkedAt: time,
    succeededAt: time,
  };
}
