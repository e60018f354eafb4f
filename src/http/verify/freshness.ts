/** Whether the revocations of an issuer are known well enough to admit whom it attests (docs/threats.md F4). */
import { AppError } from "../../errors.js";
import { bodyOf } from "../../feeds/known-feeds.js";
import { isFresh } from "../../feeds/schedule.js";
import type { FeedRecord } from "../../model/state.js";
import type { Instant, Timestamp } from "../../model/time.js";
import { BoundedCache } from "../../protocol/bounded-cache.js";
import type { ServedState } from "../context.js";

const REMEMBERED = 256;

export class Freshness {
  /** A feed may name a hundred thousand revocations, and says one time. */
  readonly #issued = new BoundedCache<Timestamp>(REMEMBERED);

  /** Always, where no resource sets a `maxAge` for the issuer. */
  isKept(issuer: string, state: ServedState, now: Instant): boolean {
    const maxAge = state.sovereign(issuer)?.feed.maxAge ?? null;
    return maxAge === null || isFresh(maxAge, this.#newest(issuer, state), now);
  }

  /** When the newest feed that verified was signed: the imported one, or the same content signed anew. */
  #newest(issuer: string, state: ServedState): Timestamp | null {
    const sequence = state.highestSequence(issuer);
    if (sequence === null) return null;
    const poll = state.feedPoll(issuer);
    if (poll?.sequence === sequence && poll.issuedAt !== null) return poll.issuedAt;
    return this.#issued.get(`${sequence} ${issuer}`, () => issuedAt(state.feed(issuer, sequence)));
  }
}

function issuedAt(feed: FeedRecord | null): Timestamp {
  if (feed === null) throw new AppError("state_corrupt", "the newest feed is not in the state");
  return bodyOf(feed).issued_at;
}
