/** The reader of a file. */
import type { ControllerStatus, OpenDrift, Suspension } from "../model/controller.js";
import type { DocumentStatus } from "../model/documents.js";
import type { Resource } from "../model/resources.js";
import type {
  AttestationRecord,
  AuthorityRecord,
  FeedEvidence,
  FeedPoll,
  FeedRecord,
  ImportedRevocation,
  OperatorKeyRecord,
  Recovery,
  RejectedFeedRecord,
  RevokedKeyRecord,
  Snapshot,
  SovereignRecord,
  TreatyRecord,
  TrustedRevision,
} from "../model/state.js";
import { readEvents, type EventFilter, type StoredEvent } from "./audit-events.js";
import type { Connection } from "./connection.js";
import {
  DRIFT,
  FEED_EVIDENCE,
  FEED_POLLS,
  RECOVERY,
  SUSPENSION,
  TRUSTED,
} from "./controller-tables.js";
import { FileLogReader, type LogReader } from "./log/log-reader.js";
import { hasNonce } from "./operations/nonces.js";
import { readResources } from "./resource-cache.js";
import { Row } from "./row.js";
import { readPublishedFeed, type PublishedFeed } from "./published-feed.js";
import { readServedRows, type ServedRows } from "./served-rows.js";
import {
  readAll,
  readApplied,
  readGeneration,
  readSnapshot,
  readWhere,
  KeptTables,
} from "./snapshot.js";
import { readStanding, type Standing } from "./standing.js";
import { parseStatus } from "./stored-status.js";
import {
  ATTESTATIONS,
  AUTHORITY,
  FEEDS,
  IMPORTED_REVOCATIONS,
  OPERATOR_KEYS,
  REJECTED_FEEDS,
  REVOKED_KEYS,
  SOVEREIGNS,
  TREATIES,
} from "./tables.js";
import type { AttestationFilter, StateReader } from "./reader.js";

/** Where a reader gets its connection: the same one every time, or another when the file has been replaced. */
export interface ConnectionSource {
  get(): Connection;
  /** Another connection to the same state, which its taker closes. */
  apart(): Connection;
  close(): void;
}

export class FileReader implements StateReader {
  readonly #source: ConnectionSource;
  readonly #kept = new KeptTables();
  readonly #log: LogReader;

  constructor(source: ConnectionSource) {
    this.#source = source;
    this.#log = new FileLogReader(() => source.get());
  }

  generation(): number {
    return readGeneration(this.#source.get());
  }

  snapshot(): Snapshot {
    return readSnapshot(this.#source.get(), this.#kept);
  }

  resources(blobs: readonly string[]): Map<string, readonly Resource[]> {
    return readResources(this.#source.get(), blobs);
  }

  publishedFeed(): PublishedFeed | null {
    return readPublishedFeed(this.#source.get());
  }

  servedRows(): ServedRows {
    return readServedRows(this.#source.apart());
  }

  treaty(id: string): TreatyRecord | null {
    return readWhere(this.#source.get(), TREATIES, "treaty_id = ?", id)[0] ?? null;
  }

  attestation(id: string): AttestationRecord | null {
    return readWhere(this.#source.get(), ATTESTATIONS, "attestation_id = ?", id)[0] ?? null;
  }

  countAttestations(status?: DocumentStatus): number {
    const connection = this.#source.get();
    const count =
      status === undefined
        ? connection.value("SELECT COUNT(*) FROM membership_attestations")
        : connection.value("SELECT COUNT(*) FROM membership_attestations WHERE status = ?", status);
    return Number(count);
  }

  attestations({ issuer, subject, status }: AttestationFilter): readonly AttestationRecord[] {
    const where = `issuer_sovereign_id = coalesce(?, issuer_sovereign_id) AND subject_id = coalesce(?, subject_id)
      AND status = coalesce(?, status) ORDER BY issued_at, attestation_id`;
    return readWhere(this.#source.get(), ATTESTATIONS, where, issuer, subject, status);
  }

  importedRevocation(issuer: string, attestationId: string): ImportedRevocation | null {
    const where = "issuer_sovereign_id = ? AND attestation_id = ?";
    const rows = readWhere(this.#source.get(), IMPORTED_REVOCATIONS, where, issuer, attestationId);
    return rows[0] ?? null;
  }

  operatorKeys(): readonly OperatorKeyRecord[] {
    return readAll(this.#source.get(), OPERATOR_KEYS);
  }

  revokedKeys(): readonly RevokedKeyRecord[] {
    return readAll(this.#source.get(), REVOKED_KEYS);
  }

  hasNonce(keyId: string, nonce: string): boolean {
    return hasNonce(this.#source.get(), keyId, nonce);
  }

  treatiesBetween(issuer: string, subject: string): readonly TreatyRecord[] {
    const where = "issuer_sovereign_id = ? AND subject_sovereign_id = ?";
    return readWhere(this.#source.get(), TREATIES, where, issuer, subject);
  }

  revokedAttestations(): readonly AttestationRecord[] {
    return readWhere(this.#source.get(), ATTESTATIONS, "status = ?", "revoked");
  }

  authority(): AuthorityRecord | null {
    return readAll(this.#source.get(), AUTHORITY)[0] ?? null;
  }

  sovereigns(): readonly SovereignRecord[] {
    return readAll(this.#source.get(), SOVEREIGNS);
  }

  sovereign(id: string): SovereignRecord | null {
    return readWhere(this.#source.get(), SOVEREIGNS, "sovereign_id = ?", id)[0] ?? null;
  }

  feed(issuer: string, sequence: number): FeedRecord | null {
    const where = "issuer_sovereign_id = ? AND sequence = ?";
    return readWhere(this.#source.get(), FEEDS, where, issuer, sequence)[0] ?? null;
  }

  feedNamed(feedId: string): FeedRecord | null {
    return readWhere(this.#source.get(), FEEDS, "feed_id = ?", feedId)[0] ?? null;
  }

  rejectedFeeds(issuer: string): readonly RejectedFeedRecord[] {
    return readWhere(this.#source.get(), REJECTED_FEEDS, "issuer_sovereign_id = ?", issuer);
  }

  rejectedFeed(issuer: string, feedId: string): RejectedFeedRecord | null {
    const where = "issuer_sovereign_id = ? AND feed_id = ?";
    return readWhere(this.#source.get(), REJECTED_FEEDS, where, issuer, feedId)[0] ?? null;
  }

  highestSequence(issuer: string): number | null {
    const highest = this.#source
      .get()
      .value(
        "SELECT MAX(sequence) FROM sovereign_revocation_feeds WHERE issuer_sovereign_id = ?",
        issuer,
      );
    return new Row("sovereign_revocation_feeds", [highest]).integerOrNull();
  }

  feedPoll(issuer: string): FeedPoll | null {
    return readWhere(this.#source.get(), FEED_POLLS, "issuer_sovereign_id = ?", issuer)[0] ?? null;
  }

  feedPolls(): readonly FeedPoll[] {
    return readAll(this.#source.get(), FEED_POLLS);
  }

  feedEvidence(issuer: string): readonly FeedEvidence[] {
    const where = `issuer_sovereign_id = ? ORDER BY ${FEED_EVIDENCE.order}`;
    return readWhere(this.#source.get(), FEED_EVIDENCE, where, issuer);
  }

  openDrift(): readonly OpenDrift[] {
    return readAll(this.#source.get(), DRIFT);
  }

  trusted(): TrustedRevision | null {
    return this.#source.get().consistently((queries) => {
      const [trusted] = readAll(queries, TRUSTED);
      if (trusted !== undefined) return trusted;
      // A state of a Concordat that did not follow history yet.
      const applied = readApplied(queries);
      return applied === null
        ? null
        : { commit: applied.commit, tree: applied.tree, at: applied.at };
    });
  }

  suspension(): Suspension | null {
    return readAll(this.#source.get(), SUSPENSION)[0] ?? null;
  }

  recovery(): Recovery | null {
    return readAll(this.#source.get(), RECOVERY)[0] ?? null;
  }

  status(): ControllerStatus | null {
    const json = this.#source.get().value("SELECT status_json FROM concordat_status WHERE id = 1");
    return typeof json === "string" ? parseStatus(json) : null;
  }

  standing(): Standing {
    return this.#source.get().consistently(readStanding);
  }

  log(): LogReader {
    return this.#log;
  }

  auditEvents(filter: EventFilter): Iterable<StoredEvent> {
    return readEvents(this.#source.get(), filter);
  }

  close(): void {
    this.#source.close();
  }
}
