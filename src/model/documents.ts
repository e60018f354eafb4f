/** The bodies of the documents on the wire (protocol.md 3), and the two states a document can be in. */
import type { JsonInteger, JsonObject } from "./json.js";
import type { Timestamp } from "./time.js";

declare const publicKeyBrand: unique symbol;

/** Canonical base64 of a 32-byte Ed25519 point that is on the curve, canonical and not of small order. */
export type PublicKey = string & { readonly [publicKeyBrand]: true };

export type DocumentStatus = "active" | "suspended" | "revoked";

export interface Signature {
  readonly key_id: string;
  readonly sig: string;
}

export interface TreatyScope {
  readonly allowed_roles: readonly string[];
  readonly accepted_statuses: readonly DocumentStatus[];
  readonly claims: JsonObject;
}

export interface RecognitionTreaty {
  readonly treaty_id: string;
  readonly issuer_sovereign_id: string;
  readonly subject_sovereign_id: string;
  readonly subject_public_keys: readonly string[];
  readonly scope: TreatyScope;
  readonly status: DocumentStatus;
  readonly issued_at: Timestamp;
  readonly valid_from: Timestamp;
  readonly expires_at: Timestamp;
  readonly issued_by: string;
  readonly metadata: JsonObject;
}

export interface MembershipAttestation {
  readonly attestation_id: string;
  readonly issuer_sovereign_id: string;
  readonly subject_id: string;
  readonly subject_public_key: string | null;
  readonly roles: readonly string[];
  readonly status: DocumentStatus;
  readonly issued_at: Timestamp;
  readonly valid_from: Timestamp;
  readonly expires_at: Timestamp;
  readonly issued_by: string;
  readonly claims: JsonObject;
}

export interface SovereignRevocationFeed {
  readonly feed_id: string;
  readonly issuer_sovereign_id: string;
  readonly sequence: JsonInteger;
  readonly issued_at: Timestamp;
  readonly revoked_attestation_ids: readonly string[];
  readonly revocation_reasons: { readonly [attestationId: string]: string };
  readonly issued_by: string;
  /** Since reference 1.6.0; left out of every form when absent. */
  readonly revoked_grant_ids?: readonly string[];
}

export interface GenesisBlock {
  readonly network_name: string;
  readonly network_version: string;
  readonly root_public_key: string;
  readonly network_authority: {
    readonly public_key: string;
    readonly valid_from: Timestamp;
    readonly valid_to: Timestamp;
  };
  readonly allowed_crypto_suites: readonly string[];
  readonly allowed_transports: readonly string[];
  readonly policy_manifest: { readonly hash: string; readonly url: string | null };
  readonly bootstrap_anchors: readonly { readonly id: string; readonly endpoint: string }[];
}

/** Unsigned and local (protocol.md 3). */
export interface RecognitionPolicy {
  readonly local_sovereign_id: string;
  readonly recognized_issuers: readonly RecognizedIssuer[];
  readonly revoked_attestation_ids: readonly string[];
}

export interface RecognizedIssuer {
  readonly sovereign_id: string;
  readonly public_keys: readonly string[];
  readonly allowed_roles: readonly string[];
  readonly accepted_statuses: readonly DocumentStatus[];
}

export type DocumentBody =
  | RecognitionTreaty
  | MembershipAttestation
  | SovereignRevocationFeed
  | GenesisBlock;

/** A well-formed document whose signatures nobody has checked. It must never reach the state. */
export interface Unverified<T extends DocumentBody> {
  readonly body: T;
  readonly signatures: readonly Signature[];
}

declare const verifiedBrand: unique symbol;

/** A document that a key we were told to trust has signed. Only `protocol/verify.ts` and `sign/` make one. */
export type Verified<T extends DocumentBody> = Unverified<T> & { readonly [verifiedBrand]: true };
