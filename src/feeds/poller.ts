/** Polls the feeds of foreign sovereigns, each for itself: fetch, judge, write (docs/threats.md F1 to F5, F12, F13). */
import { AppError, type ErrorCode } from "../errors.js";
import type { FeedStatus } from "../model/controller.js";
import type { SovereignRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { sha256 } from "../protocol/digest.js";
import type { StateWriter } from "../state/writer.js";
import { Confirmations } from "./confirmations.js";
import type { Resolve } from "./destination.js";
import { fetchOptions } from "./fetch-options.js";
import { fetchFeed, type Fetched, type FetchOptions } from "./fetch.js";
import { judgeFeed, type ImportedFeed, type Trial } from "./judge.js";
import { knownFeeds } from "./known-feeds.js";
import { PollBook } from "./poll-book.js";
import { PollWriter } from "./poll-writer.js";
import type { FeedSettings } from "./settings.js";

export interface FeedPollerPorts {
  readonly writer: StateWriter;
  readonly clock: () => Instant;
  /** Cryptographic random bytes, for ids and for jitter. */
  readonly random: (length: number) => Uint8Array;
  readonly settings: FeedSettings;
  /** The addresses of a host name; left out: what the system knows. */
  readonly resolve?: Resolve;
}

/** How often a poll begins again because what it was to judge by changed while it waited. */
const ROUNDS = 3;

/** After these the state cannot be written any more, by this feed or by anything. */
const FATAL: ReadonlySet<ErrorCode> = new Set([
  "state_corrupt",
  "state_foreign",
  "state_unreadable",
  "log_broken",
  "escrow_unusable",
  "writer_fenced",
]);

export class FeedPoller {
  readonly #writer: StateWriter;
  readonly #clock: () => Instant;
  readonly #options: FetchOptions;
  readonly #book: PollBook;
  readonly #output: PollWriter;
  readonly #confirmations: Confirmations;

  /** Throws AppError `bad_settings` for a range that is none, `unreadable_file` for a `caFile` that cannot be used. */
  constructor({ writer, clock, random, settings, resolve }: FeedPollerPorts) {
    this.#writer = writer;
    this.#clock = clock;
    this.#options = fetchOptions(settings, resolve);
    this.#book = new PollBook(writer, settings.intervalSeconds);
    this.#output = new PollWriter(writer, this.#book, random);
    this.#confirmations = new Confirmations(writer);
  }

  /** Of every sovereign whose feed is polled, by sovereign id. Cheap while the state stays as it is. */
  statuses(now: Instant): readonly FeedStatus[] {
    return this.#book.statuses(now);
  }

  /**
   * Polls one feed once, and writes what came of it. Whatever is wrong with the feed or on the way to it is in the status; an
   * abort leaves everything as it was. Throws only AppError `state_corrupt`, `state_unreadable` and `writer_fenced`.
   */
  async poll(sovereignId: string, signal: AbortSignal): Promise<FeedStatus> {
    try {
      let isDone = false;
      for (let round = 0; round < ROUNDS && !isDone; round += 1)
        isDone = await this.#round(sovereignId, signal);
      if (!isDone) this.#fail(sovereignId, "the state kept changing while the feed was fetched");
    } catch (error) {
      if (error instanceof AppError && FATAL.has(error.code)) throw error;
      this.#fail(sovereignId, error instanceof Error ? error.message : String(error));
    }
    return this.#status(sovereignId);
  }

  /** False when the answer was to another question than the state asks now. */
  async #round(id: string, signal: AbortSignal): Promise<boolean> {
    const sovereign = this.#writer.sovereign(id);
    const url = sovereign?.feed.url ?? null;
    if (sovereign === null || url === null) return true;
    if (sovereign.feed.suspend) return this.#suspend(sovereign);
    const etag = this.#confirmations.of(sovereign)?.etag ?? null;
    const answer = await fetchFeed(url, etag, this.#options, signal);
    return answer.kind === "aborted" || this.#conclude(id, url, answer);
  }

  /** Without a pause between reading and writing, so that what was applied during the fetch counts. */
  #conclude(id: string, url: string, answer: Exclude<Fetched, { kind: "aborted" }>): boolean {
    const now = this.#clock();
    const generation = this.#writer.generation();
    const sovereign = this.#writer.sovereign(id);
    if (sovereign?.feed.url !== url) return false;
    if (sovereign.feed.suspend) return this.#suspend(sovereign);
    if (answer.kind === "failed") {
      this.#output.failed(sovereign, answer.message, now);
      return true;
    }
    const confirmed = this.#confirmations.of(sovereign);
    if (answer.kind === "not_modified") {
      if (confirmed === null) return false;
      this.#output.stands(sovereign, "unchanged", confirmed, now);
      return true;
    }
    const { bytes, etag } = answer;
    const digest = sha256(bytes);
    if (confirmed?.digest === digest) {
      const again = { ...confirmed, etag };
      this.#output.stands(sovereign, "unchanged", again, now);
      this.#confirmations.keep(sovereign, again);
      return true;
    }
    const verdict = judgeFeed(bytes, this.#trial(sovereign, now));
    switch (verdict.result) {
      case "suspended":
        return this.#suspend(sovereign);
      case "imported": {
        const { feed, sequence } = verdict;
        if (!this.#import(sovereign, verdict, etag, now, generation)) return false;
        const { feed_id: feedId, issued_at: issuedAt } = feed.body;
        this.#confirmations.keep(sovereign, { digest, etag, feedId, sequence, issuedAt });
        return true;
      }
      case "unchanged":
      case "refreshed": {
        const { imported, issuedAt, result } = verdict;
        const { feedId, sequence } = imported;
        this.#output.stands(sovereign, result, { sequence, issuedAt, etag }, now);
        this.#confirmations.keep(sovereign, { digest, etag, feedId, sequence, issuedAt });
        return true;
      }
      default:
        this.#output.refused(sovereign, verdict, bytes, now);
        return true;
    }
  }

  #trial(sovereign: SovereignRecord, now: Instant): Trial {
    const writer = this.#writer;
    const issuer = sovereign.sovereignId;
    return {
      issuer,
      keys: sovereign.publicKeys,
      suspended: sovereign.feed.suspend,
      known: knownFeeds(writer, issuer),
      // Without an authority there is no policy that would let a sequence run ahead.
      maxSequenceJump: writer.authority()?.policy.maxSequenceJump ?? 0,
      now,
    };
  }

  /** False when another program has written to the state since it was read. */
  #import(
    sovereign: SovereignRecord,
    verdict: ImportedFeed,
    etag: string | null,
    now: Instant,
    generation: number,
  ): boolean {
    try {
      this.#output.imported(sovereign, verdict, etag, now, generation);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === "stale_plan") return false;
      throw error;
    }
  }

  #suspend(sovereign: SovereignRecord): true {
    this.#output.suspended(sovereign, this.#clock());
    return true;
  }

  #fail(id: string, message: string): void {
    const sovereign = this.#writer.sovereign(id);
    if (sovereign !== null) this.#output.unwritten(sovereign, message, this.#clock());
  }

  #status(id: string): FeedStatus {
    return this.#book.status(this.#writer.sovereign(id) ?? nobody(id), this.#clock());
  }
}

/** A sovereign that has left the state has no feed. */
function nobody(sovereignId: string): SovereignRecord {
  const feed = { url: null, maxAge: null, suspend: false };
  return { name: "", sovereignId, publicKeys: [], endpoint: null, feed };
}
