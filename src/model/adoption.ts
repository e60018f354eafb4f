/** What another authority program holds of one sovereign's trust, before and while it is taken over. */
import type {
  AttestationRecord,
  FeedRecord,
  ImportedRevocation,
  RevokedKeyRecord,
  TreatyRecord,
} from "./records.js";

/** A row of `audit_events`, byte for byte. */
export interface EventRow {
  readonly id: string;
  readonly json: string;
  readonly createdAt: string;
}

/** What a row is of. */
export type HeldType =
  | "recognition_treaty"
  | "membership_attestation"
  | "sovereign_revocation_feed"
  | "imported_revocation"
  | "revoked_operator_key"
  | "recognition_policy"
  | "audit_event";

/** A row, and why it is treated otherwise than the rest of its kind. */
export interface Exception {
  readonly type: HeldType;
  readonly id: string;
  readonly reason: string;
  readonly message: string;
}

/** The rows of an authority as they stand there: nothing in them is believed yet. Lists are in order of their ids. */
export interface HeldRows {
  readonly treaties: readonly TreatyRecord[];
  readonly attestations: readonly AttestationRecord[];
  readonly feeds: readonly FeedRecord[];
  readonly importedRevocations: readonly ImportedRevocation[];
  readonly revokedKeys: readonly RevokedKeyRecord[];
  /** The active recognition policy. */
  readonly policyJson: string | null;
  readonly events: readonly EventRow[];
  /** Ids of treaties and attestations that a copy under another key has taken the place of. */
  readonly superseded: ReadonlySet<string>;
  /** Sequence of the authority's own feed, beside what it counts of the rows. */
  readonly feedSequence: number;
  /** What its own feed calls revoked, beside the rows: attestation ids with their reasons. */
  readonly published: ReadonlyMap<string, string>;
  /** Rows that are not even of the right types. */
  readonly unreadable: readonly Exception[];
}

/** The rows that a state takes in as they are. */
export interface AdoptedRows {
  readonly treaties: readonly TreatyRecord[];
  readonly attestations: readonly AttestationRecord[];
  readonly feeds: readonly FeedRecord[];
  readonly importedRevocations: readonly ImportedRevocation[];
  readonly revokedKeys: readonly RevokedKeyRecord[];
  readonly events: readonly EventRow[];
}
