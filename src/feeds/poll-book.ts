/** What the polls of this process and of the ones before it have shown, and what a status says of them. */
import type { FeedStatus } from "../model/controller.js";
import type { FeedPoll, SovereignRecord } from "../model/state.js";
import type { Instant, Seconds, Timestamp } from "../model/time.js";
import { fromInstant } from "../protocol/instant.js";
import type { StateReader } from "../state/reader.js";
import { bodyOf } from "./known-feeds.js";
import { isFresh, nextPoll, type LastPoll } from "./schedule.js";

/** The newest feed of an issuer that verified. */
export interface NewestFeed {
  readonly sequence: number;
  readonly issuedAt: Timestamp;
}

interface Remembered extends LastPoll {
  readonly poll: FeedPoll;
}

export class PollBook {
  readonly #reader: StateReader;
  readonly #intervalSeconds: Seconds;
  readonly #last = new Map<string, Remembered>();
  /** Imported feeds that no poll has seen, as of a generation. */
  readonly #imported = new Map<string, NewestFeed & { readonly generation: number }>();
  #watched: { readonly generation: number; readonly sovereigns: readonly SovereignRecord[] };

  constructor(reader: StateReader, intervalSeconds: Seconds) {
    this.#reader = reader;
    this.#intervalSeconds = intervalSeconds;
    this.#watched = { generation: -1, sovereigns: [] };
  }

  /** `chance` is a number from 0 to 1. */
  record(poll: FeedPoll, chance: number): void {
    // Not the stored one: by now that is this poll itself.
    const before = this.#last.get(poll.issuer)?.failures ?? 0;
    const failures = poll.result === "fetch_failed" ? before + 1 : 0;
    this.#last.set(poll.issuer, { poll, failures, chance });
  }

  last(issuer: string): FeedPoll | null {
    return this.#remembered(issuer)?.poll ?? null;
  }

  /** The imported feed with the highest sequence, with the time when it was last signed. */
  newest(issuer: string): NewestFeed | null {
    const sequence = this.#reader.highestSequence(issuer);
    if (sequence === null) return null;
    const poll = this.last(issuer);
    if (poll?.sequence === sequence && poll.issuedAt !== null)
      return { sequence, issuedAt: poll.issuedAt };
    const generation = this.#reader.generation();
    const known = this.#imported.get(issuer);
    if (known?.generation === generation) return known;
    const record = this.#reader.feed(issuer, sequence);
    if (record === null) return null;
    const found = { sequence, issuedAt: bodyOf(record).issued_at, generation };
    this.#imported.set(issuer, found);
    return found;
  }

  /** Of every sovereign whose feed is polled, by sovereign id. */
  statuses(now: Instant): readonly FeedStatus[] {
    const generation = this.#reader.generation();
    if (this.#watched.generation !== generation) {
      const sovereigns = this.#reader.sovereigns().filter(({ feed }) => feed.url !== null);
      this.#watched = { generation, sovereigns };
    }
    return this.#watched.sovereigns.map((sovereign) => this.status(sovereign, now));
  }

  status(sovereign: SovereignRecord, now: Instant): FeedStatus {
    const { sovereignId: issuer, name, feed } = sovereign;
    const last = this.#remembered(issuer);
    const poll = last?.poll.url === feed.url ? last.poll : null;
    const newest = this.newest(issuer);
    const next = nextPoll(sovereign, last, this.#intervalSeconds, now);
    return {
      issuer_sovereign_id: issuer,
      name,
      url: shown(feed.url ?? ""),
      ...saying(sovereign, poll),
      sequence: newest?.sequence ?? null,
      issued_at: newest?.issuedAt ?? null,
      checked_at: poll?.checkedAt ?? null,
      succeeded_at: poll?.succeededAt ?? null,
      fresh: isFresh(feed.maxAge, newest?.issuedAt ?? null, now),
      next_poll_at: next === null ? null : fromInstant(next),
    };
  }

  #remembered(issuer: string): Remembered | null {
    const known = this.#last.get(issuer);
    if (known !== undefined) return known;
    const poll = this.#reader.feedPoll(issuer);
    if (poll === null) return null;
    const stored = { poll, failures: poll.result === "fetch_failed" ? 1 : 0, chance: 0.5 };
    this.#last.set(issuer, stored);
    return stored;
  }
}

function saying(
  { feed }: SovereignRecord,
  poll: FeedPoll | null,
): Pick<FeedStatus, "result" | "message"> {
  // Holds from the moment it is applied, whatever the last poll found.
  if (feed.suspend) return { result: "suspended", message: "feed.suspend is set" };
  if (feed.url === null) return { result: null, message: "no feed to poll" };
  if (poll === null || poll.result === "suspended")
    return { result: null, message: "not polled yet" };
  return { result: poll.result, message: poll.message };
}

/** A URL without what may be secret or says nothing about where the feed is. */
function shown(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null || parsed.username !== "" || parsed.password !== ""
    ? ""
    : (url.split(/[?#]/, 1)[0] ?? "");
}
