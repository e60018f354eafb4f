/** What can be read from a state. It has no way to write. */
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
import type { EventFilter, StoredEvent } from "./audit-events.js";
import type { LogReader } from "./log/log-reader.js";
import type { PublishedFeed } from "./published-feed.js";
import type { ServedRows } from "./served-rows.js";
import type { Standing } from "./standing.js";

/** Null: any. A status that no row can have is carried by none. */
export interface AttestationFilter {
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly status: string | null;
}

/** Every method throws AppError `state_corrupt` or `state_unreadable` when the file has become so. */
export interface StateReader {
  /** Raised by every commit, and by every change that another program makes to what a plan depends on. */
  generation(): number;
  /** Records that stand as in the snapshot before are the same objects. */
  snapshot(): Snapshot;
  /** Parsed resources of the blobs that the cache knows. */
  resources(blobs: readonly string[]): Map<string, readonly Resource[]>;
  /** Our own newest revocation feed. */
  publishedFeed(): PublishedFeed | null;
  /** The newest state for serving, on a connection of its own. Its taker closes it. */
  servedRows(): ServedRows;
  treaty(id: string): TreatyRecord | null;
  attestation(id: string): AttestationRecord | null;
  countAttestations(status?: DocumentStatus): number;
  /** Those that are as the filter says, in the order of issue. */
  attestations(filter: AttestationFilter): readonly AttestationRecord[];
  operatorKeys(): readonly OperatorKeyRecord[];
  /** Revocation is terminal, and counts whatever the record of the key says. */
  revokedKeys(): readonly RevokedKeyRecord[];
  /** Whether an admin request of this key has used the nonce. */
  hasNonce(keyId: string, nonce: string): boolean;
  /** Those of this issuer for this subject, whatever their status. */
  treatiesBetween(issuer: string, subject: string): readonly TreatyRecord[];
  revokedAttestations(): readonly AttestationRecord[];
  /** What an imported feed of this issuer says of its attestation. */
  importedRevocation(issuer: string, attestationId: string): ImportedRevocation | null;
  /** Null before the first apply. */
  authority(): AuthorityRecord | null;
  sovereign(id: string): SovereignRecord | null;
  sovereigns(): readonly SovereignRecord[];
  /** An imported feed. */
  feed(issuer: string, sequence: number): FeedRecord | null;
  /** The imported feed, of whichever issuer, that bears this id. */
  feedNamed(feedId: string): FeedRecord | null;
  rejectedFeed(issuer: string, feedId: string): RejectedFeedRecord | null;
  rejectedFeeds(issuer: string): readonly RejectedFeedRecord[];
  /** Of the issuer's imported feeds; null when there is none. */
  highestSequence(issuer: string): number | null;
  /** What the last poll of the issuer's feed has shown; null before the first. */
  feedPoll(issuer: string): FeedPoll | null;
  /** As in a snapshot. A poll leaves the generation as it is, so that one read earlier may be older than these. */
  feedPolls(): readonly FeedPoll[];
  /** In the order in which it came. */
  feedEvidence(issuer: string): readonly FeedEvidence[];
  /** Drift that was found and has not ended, by kind, id and class. */
  openDrift(): readonly OpenDrift[];
  /** The head from when on history may not be rewritten; null before the first apply. */
  trusted(): TrustedRevision | null;
  suspension(): Suspension | null;
  /** Null for a state that was never restored. */
  recovery(): Recovery | null;
  /** What the last controller said of itself; null also when that cannot be read. */
  status(): ControllerStatus | null;
  /** What the log is compared with. Reads every page. */
  standing(): Standing;
  /** The audit events as a log that can be proved. */
  log(): LogReader;
  /** In the order of the log, read as they are taken; events of other programs come last. Throws AppError `bad_time` for a filter with a bad date-time. */
  auditEvents(filter: EventFilter): Iterable<StoredEvent>;
  close(): void;
}
