/** The desired state: resources with every reference resolved, every default filled in and every set sorted. */
import type {
  DocumentStatus,
  GenesisBlock,
  PublicKey,
  SovereignRevocationFeed,
  Verified,
} from "./documents.js";
import type { JsonObject } from "./json.js";
import type { RevocableKind, Source, Tier } from "./resources.js";
import type { Seconds, Timestamp } from "./time.js";

interface Named {
  readonly name: string;
  readonly source: Source;
}

/** From `from` (or the moment of signing) until `until`, or for `duration` seconds; exactly one of the two is set. */
export type Validity =
  | { readonly from: Timestamp | null; readonly until: Timestamp; readonly duration: null }
  | { readonly from: Timestamp | null; readonly until: null; readonly duration: Seconds };

/** A limit of `count`, or of `percent` of what exists where that is more (design.md 5). */
export interface Limit {
  readonly count: number;
  readonly percent: number;
}

/** The safety policy (design.md 5) with its defaults. The policy last applied judges the next change. */
export interface SafetyPolicy {
  readonly removals: Limit;
  readonly lostPaths: Limit;
  readonly approvals: { readonly reduces: number; readonly keeps: number; readonly widens: number };
  readonly freeze: readonly {
    readonly from: Timestamp;
    readonly until: Timestamp;
    readonly reason: string;
  }[];
  readonly unmanaged: "report" | "adopt" | "revoke";
  readonly selfHeal: "off" | "deny-only" | "on";
  readonly maxValidity: { readonly treaty: Seconds; readonly attestation: Seconds };
  readonly maxSequenceJump: number;
}

export interface DesiredAuthority extends Named {
  readonly sovereignId: string;
  readonly keyId: string;
  readonly publicKey: PublicKey;
  /** Signed by its own root key, and naming `publicKey` as the network authority. */
  readonly genesis: Verified<GenesisBlock>;
  readonly endpoint: string | null;
  readonly policy: SafetyPolicy;
}

export interface DesiredOperatorKey extends Named {
  readonly keyId: string;
  readonly publicKey: PublicKey;
  readonly tier: Tier;
  readonly holder: string;
  readonly validFrom: Timestamp | null;
  readonly validUntil: Timestamp | null;
  readonly state: "active" | "retired" | "compromised";
  /** Set when compromised: from when on nothing this key signed is to be believed. */
  readonly since: Timestamp | null;
}

export interface DesiredSovereign extends Named {
  readonly sovereignId: string;
  readonly publicKeys: readonly PublicKey[];
  readonly endpoint: string | null;
  readonly feed: {
    readonly url: string | null;
    readonly maxAge: Seconds | null;
    readonly suspend: boolean;
  };
}

export interface DesiredTreaty extends Named {
  readonly subjectSovereignId: string;
  readonly subjectPublicKeys: readonly PublicKey[];
  readonly allowedRoles: readonly string[];
  readonly acceptedStatuses: readonly DocumentStatus[];
  readonly scopeClaims: JsonObject;
  readonly validity: Validity;
  /** Renew when no more than this is left; null: never. */
  readonly renewBefore: Seconds | null;
  readonly metadata: JsonObject;
  readonly reissue: number;
}

export interface DesiredAttestation extends Named {
  readonly subjectId: string;
  readonly subjectPublicKey: PublicKey | null;
  readonly roles: readonly string[];
  readonly validity: Validity;
  readonly claims: JsonObject;
  readonly reissue: number;
}

export interface DesiredRevocation extends Named {
  readonly targetKind: RevocableKind;
  /** Name of a resource of this tree, when the target was given by name. */
  readonly targetName: string | null;
  /** Treaty id, attestation id or key id, when the target was given by id; for an operator key always. */
  readonly targetId: string | null;
  readonly reason: string;
  readonly incident: string | null;
}

export interface DesiredFeed extends Named {
  readonly issuerSovereignId: string;
  /** Signed by a key of that sovereign. */
  readonly feed: Verified<SovereignRevocationFeed>;
  readonly accept: boolean;
}

export interface DesiredPolicy extends Named {
  readonly recognizedIssuers: readonly {
    readonly sovereignId: string;
    readonly publicKeys: readonly PublicKey[];
    readonly allowedRoles: readonly string[];
    readonly acceptedStatuses: readonly DocumentStatus[];
  }[];
  readonly revokedAttestationIds: readonly string[];
}

/** Lists are sorted by name (code unit order), so that equal trees make equal values. */
export interface Desired {
  /** Commit id (40 or 64 hex digits). */
  readonly commit: string;
  /** Root tree id of that commit. */
  readonly tree: string;
  readonly authority: DesiredAuthority;
  readonly operatorKeys: readonly DesiredOperatorKey[];
  readonly sovereigns: readonly DesiredSovereign[];
  readonly treaties: readonly DesiredTreaty[];
  readonly attestations: readonly DesiredAttestation[];
  readonly revocations: readonly DesiredRevocation[];
  readonly feeds: readonly DesiredFeed[];
  readonly policy: DesiredPolicy | null;
}
