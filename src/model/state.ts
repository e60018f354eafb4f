/** The authority's state as values: what a snapshot holds, and the operations a batch is made of. */
import type {
  MembershipAttestation,
  RecognitionTreaty,
  SovereignRevocationFeed,
  Verified,
} from "./documents.js";
import type { AdoptedRows } from "./adoption.js";
import type { AuditEvent } from "./audit.js";
import type { Digest } from "./digest.js";
import type { FeedResult, OpenDrift, Suspension } from "./controller.js";
import type { DriftClass } from "./plan.js";
import type { Kind, Source } from "./resources.js";
import type { Timestamp } from "./time.js";

import type {
  AttestationRecord,
  AuthorityRecord,
  FeedRecord,
  ImportedRevocation,
  OperatorKeyRecord,
  RejectedFeedRecord,
  RevokedKeyRecord,
  SovereignRecord,
  TreatyRecord,
} from "./records.js";

export type { Digest } from "./digest.js";
export type {
  AttestationRecord,
  AuthorityRecord,
  FeedRecord,
  ImportedRevocation,
  OperatorKeyRecord,
  RejectedFeedRecord,
  RevokedKeyRecord,
  SovereignRecord,
  TreatyRecord,
} from "./records.js";

/** What Concordat itself applied under a resource's name. Only what stands here is ever pruned (design.md 4.5). */
export interface InventoryEntry {
  readonly kind: Kind;
  readonly name: string;
  /** Treaty, attestation or feed id, key id, sovereign id; for a Revocation the id of its target. */
  readonly objectId: string;
  /** The normalised spec that was applied, as canonical JSON: what the next spec is compared with. */
  readonly specJson: string;
  /** How often the object was renewed under an unchanged spec. */
  readonly renewal: number;
  /** Digest of the signed JSON as stored, for treaties and attestations. */
  readonly documentDigest: Digest | null;
  /** False once Concordat itself revoked the object. */
  readonly live: boolean;
  readonly source: Source;
  readonly commit: string;
}

export interface Applied {
  readonly commit: string;
  readonly tree: string;
  readonly planDigest: Digest;
  readonly at: Timestamp;
}

/** Everything a plan depends on. Lists are in primary-key order. */
export interface Snapshot {
  /** Raised by every write to a table of the state, whoever wrote it. */
  readonly generation: number;
  readonly digest: Digest;
  readonly applied: Applied | null;
  readonly authority: AuthorityRecord | null;
  readonly operatorKeys: readonly OperatorKeyRecord[];
  readonly revokedKeys: readonly RevokedKeyRecord[];
  readonly sovereigns: readonly SovereignRecord[];
  readonly treaties: readonly TreatyRecord[];
  readonly attestations: readonly AttestationRecord[];
  readonly feeds: readonly FeedRecord[];
  readonly rejectedFeeds: readonly RejectedFeedRecord[];
  readonly importedRevocations: readonly ImportedRevocation[];
  readonly policy: { readonly policyId: string; readonly json: string } | null;
  /** What polls have shown. Not in the digest: it says how fresh a feed is, and nothing that is applied depends on it. */
  readonly feedPolls: readonly FeedPoll[];
  readonly inventory: readonly InventoryEntry[];
}

/** One write. A batch is a value; only `state/` knows the SQL behind it. */
export type Operation =
  | { readonly do: "put_authority"; readonly authority: AuthorityRecord }
  | { readonly do: "put_operator_key"; readonly key: OperatorKeyRecord }
  | { readonly do: "revoke_operator_key"; readonly key: RevokedKeyRecord }
  | { readonly do: "put_sovereign"; readonly sovereign: SovereignRecord }
  | { readonly do: "remove_sovereign"; readonly sovereignId: string }
  | { readonly do: "issue_treaty"; readonly treaty: Verified<RecognitionTreaty> }
  | {
      readonly do: "revoke_treaty";
      readonly id: string;
      readonly reason: string;
      readonly at: string;
    }
  | { readonly do: "issue_attestation"; readonly attestation: Verified<MembershipAttestation> }
  | {
      readonly do: "revoke_attestation";
      readonly id: string;
      readonly reason: string;
      readonly at: string;
    }
  | {
      readonly do: "import_feed";
      readonly feed: Verified<SovereignRevocationFeed>;
      readonly at: string;
    }
  | {
      readonly do: "reject_feed";
      readonly feed: Verified<SovereignRevocationFeed>;
      readonly at: string;
    }
  | {
      readonly do: "put_policy";
      readonly policyId: string;
      readonly json: string;
      readonly at: string;
    }
  | { readonly do: "remove_policy" }
  | { readonly do: "publish_feed"; readonly feed: Verified<SovereignRevocationFeed> }
  /** Once, into an empty state. */
  | { readonly do: "adopt"; readonly rows: AdoptedRows }
  | { readonly do: "record"; readonly entry: InventoryEntry }
  | { readonly do: "forget"; readonly kind: Kind; readonly name: string };

/** The head that the state was last found equal to, or made equal to. The next one must descend from it. */
export interface TrustedRevision {
  readonly commit: string;
  readonly tree: string;
  readonly at: Timestamp;
}

/** What the restore has left that made this state. */
export interface Recovery {
  /** Requests of operators that were signed before this are refused. */
  readonly authNotBefore: Timestamp;
  readonly restoredAt: Timestamp;
  readonly backupDigest: string;
}

/** What the polls of one issuer's feed have shown; the feeds themselves stand in `sovereign_revocation_feeds`. */
export interface FeedPoll {
  readonly issuer: string;
  readonly url: string;
  /** Validator of the last answer that verified. */
  readonly etag: string | null;
  /** Sequence and time of signing of the newest feed that verified, imported or signed anew with the same content. */
  readonly sequence: number | null;
  readonly issuedAt: Timestamp | null;
  readonly result: FeedResult;
  readonly message: string;
  readonly checkedAt: Timestamp;
  readonly succeededAt: Timestamp | null;
}

/** A feed that proves something against its issuer, byte for byte as it came. */
export interface FeedEvidence {
  readonly issuer: string;
  readonly feedId: string;
  readonly sequence: string;
  readonly digest: Digest;
  readonly json: string;
  readonly reason: "equivocation" | "sequence_jump";
  readonly receivedAt: Timestamp;
}

/** An admin request that is about to count, once and never again. */
export interface NonceClaim {
  readonly keyId: string;
  readonly nonce: string;
  /** What the request was signed as of. */
  readonly requestedAt: Timestamp;
  readonly at: Timestamp;
}

/** Bookkeeping of the controller: no plan depends on it, and it leaves the state's revision as it is. */
export type Note =
  | { readonly do: "open_drift"; readonly drift: OpenDrift }
  | {
      readonly do: "close_drift";
      readonly class: DriftClass;
      readonly kind: Kind;
      readonly id: string;
    }
  | { readonly do: "trust"; readonly revision: TrustedRevision }
  | { readonly do: "suspend"; readonly suspension: Suspension }
  | { readonly do: "resume" }
  | { readonly do: "put_feed_poll"; readonly poll: FeedPoll }
  | { readonly do: "keep_evidence"; readonly evidence: FeedEvidence }
  | { readonly do: "put_status"; readonly json: string }
  | { readonly do: "claim_nonce"; readonly claim: NonceClaim };

export interface Batch {
  readonly operations: readonly Operation[];
  readonly notes: readonly Note[];
  readonly events: readonly AuditEvent[];
  /** Null for what does not come from a commit, such as a feed that was polled. */
  readonly applied: Applied | null;
}
