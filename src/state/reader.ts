/** What can be read from a state, and the reader of a file. It has no way to write. */
import type { DocumentStatus } from "../model/documents.js";
import type { Resource } from "../model/resources.js";
import type { AttestationRecord, Snapshot, TreatyRecord } from "../model/state.js";
import { readEvents, type EventFilter, type StoredEvent } from "./audit-events.js";
import type { Connection } from "./connection.js";
import { readResources } from "./resource-cache.js";
import { Row } from "./row.js";
import { readGeneration, readSnapshot, readWhere } from "./snapshot.js";
import { ATTESTATIONS, TREATIES } from "./tables.js";

/** Every method throws AppError `state_corrupt` or `state_unreadable` when the file has become so. */
export interface StateReader {
  /** Raised by every commit, and by every change that another program makes to what a plan depends on. */
  generation(): number;
  snapshot(): Snapshot;
  /** Parsed resources of the blobs that the cache knows. */
  resources(blobs: readonly string[]): Map<string, readonly Resource[]>;
  /** Our own newest revocation feed. */
  publishedFeed(): { readonly sequence: number; readonly json: string } | null;
  treaty(id: string): TreatyRecord | null;
  attestation(id: string): AttestationRecord | null;
  countAttestations(status?: DocumentStatus): number;
  /** Oldest first, read as they are taken. Throws AppError `bad_time` for a filter with a bad date-time. */
  auditEvents(filter: EventFilter): Iterable<StoredEvent>;
  close(): void;
}

/** Where a reader gets its connection: the same one every time, or another when the file has been replaced. */
export interface ConnectionSource {
  get(): Connection;
  close(): void;
}

export class FileReader implements StateReader {
  readonly #source: ConnectionSource;

  constructor(source: ConnectionSource) {
    this.#source = source;
  }

  generation(): number {
    return readGeneration(this.#source.get());
  }

  snapshot(): Snapshot {
    return readSnapshot(this.#source.get());
  }

  resources(blobs: readonly string[]): Map<string, readonly Resource[]> {
    return readResources(this.#source.get(), blobs);
  }

  publishedFeed(): { readonly sequence: number; readonly json: string } | null {
    const [columns] = this.#source
      .get()
      .rows(
        "SELECT sequence, feed_json FROM concordat_published_feeds ORDER BY sequence DESC LIMIT 1",
      );
    if (columns === undefined) return null;
    const row = new Row("concordat_published_feeds", columns);
    return { sequence: row.integer(), json: row.text() };
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

  auditEvents(filter: EventFilter): Iterable<StoredEvent> {
    return readEvents(this.#source.get(), filter);
  }

  close(): void {
    this.#source.close();
  }
}
