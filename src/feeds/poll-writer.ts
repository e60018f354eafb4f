/** Writes what a poll has found: the feed, its event and the poll's record in one transaction, and nothing that is not new. */
import { auditEvent } from "../audit/events.js";
import type { AuditEvent } from "../model/audit.js";
import type { FeedResult } from "../model/controller.js";
import type { FeedPoll, Note, SovereignRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { sha256 } from "../protocol/digest.js";
import { documentDigest } from "../protocol/documents.js";
import { fromInstant, secondsBetween, toInstant, toOffsetForm } from "../protocol/instant.js";
import type { StateWriter } from "../state/writer.js";
import type { Confirmation } from "./confirmations.js";
import type { ImportedFeed, RefusedFeed } from "./judge.js";
import type { PollBook } from "./poll-book.js";

/** The time of the last poll is written at least this often; a poll that finds nothing new costs no write in between. */
const WRITE_EVERY_SECONDS = 3600;

type Random = (length: number) => Uint8Array;
type Found = Partial<Pick<FeedPoll, "etag" | "sequence" | "issuedAt" | "succeededAt">>;

export class PollWriter {
  readonly #writer: StateWriter;
  readonly #book: PollBook;
  readonly #random: Random;
  /** The last refusal of each issuer, until a feed verifies: one that is repeated is not recorded again. */
  readonly #refusals = new Map<string, string>();

  constructor(writer: StateWriter, book: PollBook, random: Random) {
    this.#writer = writer;
    this.#book = book;
    this.#random = random;
  }

  /** A poll that came to no answer. */
  failed(sovereign: SovereignRecord, message: string, now: Instant): void {
    this.#settle(this.#poll(sovereign, "fetch_failed", message, now));
  }

  /** As `failed`, in memory alone: for a state that could not be written. */
  unwritten(sovereign: SovereignRecord, message: string, now: Instant): void {
    this.#remember(this.#poll(sovereign, "fetch_failed", message, now));
  }

  suspended(sovereign: SovereignRecord, now: Instant): void {
    this.#settle(this.#poll(sovereign, "suspended", "feed.suspend is set", now));
  }

  /** The imported feed stands, and counts as signed when the newest answer says. */
  stands(
    sovereign: SovereignRecord,
    result: "unchanged" | "refreshed",
    { sequence, issuedAt, etag }: Pick<Confirmation, "sequence" | "issuedAt" | "etag">,
    now: Instant,
  ): void {
    const { sovereignId: issuer } = sovereign;
    const newest = this.#book.newest(issuer);
    const isNewer = newest === null || toInstant(issuedAt) > toInstant(newest.issuedAt);
    const message =
      result === "refreshed"
        ? `sequence ${sequence} was signed anew with the same revocations`
        : `sequence ${sequence} is the newest`;
    this.#refusals.delete(issuer);
    this.#settle(
      this.#poll(sovereign, result, message, now, {
        etag,
        sequence,
        issuedAt: isNewer ? issuedAt : newest.issuedAt,
        succeededAt: fromInstant(now),
      }),
    );
  }

  /** Imports the feed into the state of that generation. Throws AppError `stale_plan` when it is another by now. */
  imported(
    sovereign: SovereignRecord,
    { feed, sequence }: ImportedFeed,
    etag: string | null,
    now: Instant,
    generation: number,
  ): void {
    const { feed_id, issued_at: issuedAt, revoked_attestation_ids } = feed.body;
    const issuer = sovereign.sovereignId;
    const count = revoked_attestation_ids.length;
    const message = `imported sequence ${sequence} with ${count} revocation${count === 1 ? "" : "s"}`;
    const succeededAt = fromInstant(now);
    const found = { etag, sequence, issuedAt, succeededAt };
    const poll = this.#poll(sovereign, "imported", message, now, found);
    const event = this.#event(
      "sovereign_revocation_feed_imported",
      {
        feed_id,
        issuer_sovereign_id: issuer,
        sequence,
        accepted: true,
        reason: "accepted",
        revoked_count: count,
        document_digest: documentDigest(feed),
      },
      now,
    );
    this.#writer.commit(
      {
        operations: [{ do: "import_feed", feed, at: toOffsetForm(fromInstant(now)) }],
        notes: [{ do: "put_feed_poll", poll }],
        events: [event],
        applied: null,
      },
      { generation },
    );
    this.#refusals.delete(issuer);
    this.#remember(poll);
  }

  /** Refuses the feed; what proves something against its issuer is kept as it came. */
  refused(
    sovereign: SovereignRecord,
    { result, message, feed, evidence }: RefusedFeed,
    bytes: Uint8Array,
    now: Instant,
  ): void {
    const issuer = sovereign.sovereignId;
    // What git took back is the newest no longer, under whichever signature.
    const found = result === "rejected_by_git" ? { sequence: null, issuedAt: null } : {};
    const poll = this.#poll(sovereign, result, message, now, found);
    const refusal = `${result} ${message}`;
    const before = this.#book.last(issuer);
    const known =
      this.#refusals.get(issuer) ?? (before === null ? null : `${before.result} ${before.message}`);
    this.#refusals.set(issuer, refusal);
    if (known === refusal) return this.#settle(poll);
    const details = {
      feed_id: feed?.id ?? null,
      issuer_sovereign_id: issuer,
      sequence: feed?.sequence ?? null,
      accepted: false,
      reason: result,
    };
    const event = this.#event("sovereign_revocation_feed_rejected", details, now);
    const proof: readonly Note[] =
      evidence === null || feed === null
        ? []
        : [
            {
              do: "keep_evidence",
              evidence: {
                issuer,
                feedId: feed.id,
                sequence: String(feed.sequence),
                digest: sha256(bytes),
                json: Buffer.from(bytes).toString("utf8"),
                reason: evidence,
                receivedAt: fromInstant(now),
              },
            },
          ];
    this.#settle(poll, proof, [event]);
  }

  #settle(poll: FeedPoll, proof: readonly Note[] = [], events: readonly AuditEvent[] = []): void {
    const stored = this.#writer.feedPoll(poll.issuer);
    const notes: readonly Note[] =
      stored === null || isNews(stored, poll) ? [...proof, { do: "put_feed_poll", poll }] : proof;
    if (notes.length > 0 || events.length > 0) this.#writer.note(notes, events);
    this.#remember(poll);
  }

  #remember(poll: FeedPoll): void {
    const [high = 0, low = 0] = this.#random(2);
    this.#book.record(poll, (high * 256 + low) / 65_535);
  }

  #poll(
    { sovereignId: issuer, feed }: SovereignRecord,
    result: FeedResult,
    message: string,
    now: Instant,
    found: Found = {},
  ): FeedPoll {
    const before = this.#book.last(issuer);
    const url = feed.url ?? "";
    return {
      issuer,
      url,
      etag: before?.url === url ? before.etag : null,
      sequence: before?.sequence ?? null,
      issuedAt: before?.issuedAt ?? null,
      succeededAt: before?.succeededAt ?? null,
      ...found,
      result,
      message,
      checkedAt: fromInstant(now),
    };
  }

  #event(type: AuditEvent["event_type"], details: AuditEvent["details"], now: Instant): AuditEvent {
    return auditEvent(type, details, now, this.#random(16));
  }
}

/** Whether the record says something else, or has been the same for so long that its time matters. */
function isNews(stored: FeedPoll, poll: FeedPoll): boolean {
  return (
    stored.url !== poll.url ||
    stored.etag !== poll.etag ||
    stored.sequence !== poll.sequence ||
    stored.issuedAt !== poll.issuedAt ||
    stored.result !== poll.result ||
    stored.message !== poll.message ||
    Math.abs(secondsBetween(toInstant(stored.checkedAt), toInstant(poll.checkedAt))) >=
      WRITE_EVERY_SECONDS
  );
}
