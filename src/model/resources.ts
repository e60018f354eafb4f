/** The resources that operators write (design.md 2), as they stand in YAML after validation by `schemas/`. */
import type { DocumentStatus } from "./documents.js";
import type { JsonObject } from "./json.js";

export const KINDS = [
  "Authority",
  "OperatorKey",
  "Sovereign",
  "RecognitionTreaty",
  "MembershipAttestation",
  "Revocation",
  "RevocationFeed",
  "RecognitionPolicy",
] as const;

export type Kind = (typeof KINDS)[number];

/** Where a resource stands: a file of the tree, its git blob id, and the position of the document in it. */
export interface Source {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  readonly blob: string;
}

/** `90s`, `15m`, `72h`, `30d`. */
export type DurationText = string;

export type Tier = "read" | "standard" | "privileged";

export interface ValiditySpec {
  readonly from?: string;
  readonly for?: DurationText;
  readonly until?: string;
}

export interface SafetyPolicySpec {
  readonly removals?: { readonly count?: number; readonly percent?: number };
  readonly lostPaths?: { readonly count?: number; readonly percent?: number };
  readonly approvals?: {
    readonly reduces?: number;
    readonly keeps?: number;
    readonly widens?: number;
  };
  readonly freeze?: readonly {
    readonly from: string;
    readonly until: string;
    readonly reason: string;
  }[];
  readonly unmanaged?: "report" | "adopt" | "revoke";
  readonly selfHeal?: "off" | "deny-only" | "on";
  readonly maxValidity?: { readonly treaty?: DurationText; readonly attestation?: DurationText };
  readonly maxSequenceJump?: number;
}

export interface AuthoritySpec {
  readonly sovereignId: string;
  readonly keyId: string;
  readonly publicKey: string;
  /** Path of the signed genesis, from the root of the repository. */
  readonly genesis: string;
  readonly endpoint?: string;
  readonly defaults?: { readonly treatyFor?: DurationText; readonly attestationFor?: DurationText };
  readonly policy?: SafetyPolicySpec;
}

export interface OperatorKeySpec {
  readonly keyId: string;
  readonly publicKey: string;
  readonly tier: Tier;
  readonly holder: string;
  readonly validity?: { readonly from?: string; readonly until?: string };
  readonly state?: "active" | "retired" | "compromised";
  readonly since?: string;
}

export interface SovereignSpec {
  readonly sovereignId: string;
  readonly publicKeys: readonly string[];
  readonly endpoint?: string;
  readonly feed?: {
    readonly url?: string;
    readonly maxAge?: DurationText;
    readonly suspend?: boolean;
  };
}

export interface RecognitionTreatySpec {
  /** Name of a `Sovereign`. */
  readonly subject: string;
  readonly scope: {
    readonly allowedRoles: readonly string[];
    readonly acceptedStatuses?: readonly DocumentStatus[];
    readonly claims?: JsonObject;
  };
  readonly validity?: ValiditySpec;
  readonly renewal?: { readonly before: DurationText };
  readonly metadata?: JsonObject;
  readonly reissue?: number;
}

export interface MembershipAttestationSpec {
  readonly subjectId: string;
  readonly subjectPublicKey?: string;
  readonly roles: readonly string[];
  readonly validity?: ValiditySpec;
  readonly claims?: JsonObject;
  readonly reissue?: number;
}

export type RevocableKind = "RecognitionTreaty" | "MembershipAttestation" | "OperatorKey";

export interface RevocationSpec {
  readonly target: { readonly kind: RevocableKind; readonly name?: string; readonly id?: string };
  readonly reason: string;
  readonly incident?: string;
}

export interface RevocationFeedSpec {
  /** Name of a `Sovereign`. */
  readonly issuer: string;
  /** Path of the signed feed, from the root of the repository. */
  readonly file: string;
  readonly accept: boolean;
}

export interface RecognitionPolicySpec {
  readonly recognizedIssuers: readonly {
    /** Name of a `Sovereign`. */
    readonly sovereign: string;
    readonly allowedRoles: readonly string[];
    readonly acceptedStatuses?: readonly DocumentStatus[];
  }[];
  readonly revokedAttestationIds?: readonly string[];
}

export interface SpecOf {
  readonly Authority: AuthoritySpec;
  readonly OperatorKey: OperatorKeySpec;
  readonly Sovereign: SovereignSpec;
  readonly RecognitionTreaty: RecognitionTreatySpec;
  readonly MembershipAttestation: MembershipAttestationSpec;
  readonly Revocation: RevocationSpec;
  readonly RevocationFeed: RevocationFeedSpec;
  readonly RecognitionPolicy: RecognitionPolicySpec;
}

/** One validated YAML document. Positions of inner values are kept for messages: path (`/spec/subject`) to line, column. */
export type Resource = {
  readonly [K in Kind]: {
    readonly kind: K;
    readonly name: string;
    readonly spec: SpecOf[K];
    readonly source: Source;
    readonly positions: { readonly [path: string]: readonly [line: number, column: number] };
  };
}[Kind];
