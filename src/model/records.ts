/** Rows of the authority's state, table by table. */
import type { DocumentStatus, PublicKey } from "./documents.js";
import type { SafetyPolicy } from "./desired.js";
import type { Tier } from "./resources.js";
import type { Seconds, Timestamp } from "./time.js";

export interface AuthorityRecord {
  readonly name: string;
  readonly sovereignId: string;
  readonly keyId: string;
  readonly publicKey: PublicKey;
  /** The signed genesis as canonical JSON, signatures included. */
  readonly genesisJson: string;
  readonly endpoint: string | null;
  readonly policy: SafetyPolicy;
}

export interface OperatorKeyRecord {
  readonly keyId: string;
  readonly publicKey: PublicKey;
  readonly tier: Tier;
  readonly holder: string;
  readonly validFrom: Timestamp | null;
  readonly validUntil: Timestamp | null;
  readonly state: "active" | "retired";
}

export interface RevokedKeyRecord {
  readonly keyId: string;
  readonly revokedAt: string;
  readonly reason: string;
  readonly revokedBy: string;
}

export interface SovereignRecord {
  readonly name: string;
  readonly sovereignId: string;
  readonly publicKeys: readonly PublicKey[];
  readonly endpoint: string | null;
  readonly feed: {
    readonly url: string | null;
    readonly maxAge: Seconds | null;
    readonly suspend: boolean;
  };
}

/** A row of `recognition_treaties`. Times are as the row holds them (`+00:00`); `json` is the signed document. */
export interface TreatyRecord {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly status: DocumentStatus;
  readonly json: string;
  readonly issuedAt: string;
  readonly validFrom: string;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
  readonly reason: string | null;
}

/** A row of `membership_attestations`. */
export interface AttestationRecord {
  readonly id: string;
  readonly issuer: string;
  readonly subjectId: string;
  readonly subjectPublicKey: string | null;
  readonly rolesJson: string;
  readonly status: DocumentStatus;
  readonly json: string;
  readonly issuedAt: string;
  readonly validFrom: string;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
  readonly reason: string | null;
}

/** A row of `sovereign_revocation_feeds`. */
export interface FeedRecord {
  readonly feedId: string;
  readonly issuer: string;
  readonly sequence: number;
  readonly json: string;
  readonly importedAt: string;
}

/** A feed that `accept: false` refused; kept as evidence. */
export interface RejectedFeedRecord {
  readonly feedId: string;
  readonly issuer: string;
  readonly sequence: number;
  readonly json: string;
  readonly rejectedAt: string;
}

/** A row of `imported_sovereign_revocations`. */
export interface ImportedRevocation {
  readonly issuer: string;
  readonly attestationId: string;
  readonly feedId: string;
  readonly sequence: number;
  readonly reason: string | null;
  readonly importedAt: string;
}
