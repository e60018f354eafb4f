/** Trust decisions: each names the first rule that refuses (protocol.md 4). The reason codes are normative. */
import type {
  DocumentBody,
  GenesisBlock,
  MembershipAttestation,
  RecognitionPolicy,
  RecognitionTreaty,
  RecognizedIssuer,
  SovereignRevocationFeed,
  Unverified,
  Verified,
} from "../model/documents.js";
import type { JsonInteger } from "../model/json.js";
import type { Instant, Timestamp } from "../model/time.js";
import { signedBytes } from "./documents.js";
import { verifySignature } from "./ed25519.js";
import { plusSeconds, toInstant } from "./instant.js";

/** Tolerated at both ends of a validity window (protocol.md 4). */
const CLOCK_SKEW_SECONDS = 5 * 60;

export type SignatureReason = "missing_signature" | "invalid_signature" | "accepted";

export type TreatyReason =
  | "wrong_issuer"
  | "wrong_subject"
  | "locally_revoked"
  | "bad_status"
  | "outside_validity_window"
  | SignatureReason;

export type AttestationReason =
  | "unknown_issuer"
  | "locally_revoked"
  | "bad_status"
  | "outside_validity_window"
  | "role_not_allowed"
  | SignatureReason;

export type TreatyAttestationReason =
  | `treaty_${Exclude<TreatyReason, "accepted">}`
  | `attestation_${Exclude<AttestationReason, "accepted">}`
  | "accepted";

export type FeedReason = "wrong_issuer" | "stale_sequence" | SignatureReason;

export type GenesisReason = "outside_validity_window" | SignatureReason;

export type Decision<T extends DocumentBody, R extends string> =
  | { readonly accepted: true; readonly reason: "accepted"; readonly document: Verified<T> }
  | { readonly accepted: false; readonly reason: Exclude<R, "accepted"> };

export interface TreatyOptions {
  readonly now: Instant;
  /** The sovereign that must have issued it, when one is expected. */
  readonly issuer?: string;
  /** The sovereign that it must recognise, when one is expected. */
  readonly subject?: string;
  /** Ids of treaties that are revoked here. */
  readonly revoked?: ReadonlySet<string>;
}

/** Decides on a treaty under the issuer's base64 `keys`. */
export function verifyTreaty(
  treaty: Unverified<RecognitionTreaty>,
  keys: readonly string[],
  { now, issuer, subject, revoked }: TreatyOptions,
): Decision<RecognitionTreaty, TreatyReason> {
  const { body } = treaty;
  if (issuer !== undefined && body.issuer_sovereign_id !== issuer) return refuse("wrong_issuer");
  if (subject !== undefined && body.subject_sovereign_id !== subject)
    return refuse("wrong_subject");
  if (revoked?.has(body.treaty_id) === true) return refuse("locally_revoked");
  if (body.status !== "active") return refuse("bad_status");
  if (!isWithin(body.valid_from, body.expires_at, now)) return refuse("outside_validity_window");
  return decideSignature(treaty, keys);
}

/** Decides on an attestation under a local policy. The first entry that names the issuer counts. */
export function verifyAttestation(
  attestation: Unverified<MembershipAttestation>,
  policy: RecognitionPolicy,
  { now }: { readonly now: Instant },
): Decision<MembershipAttestation, AttestationReason> {
  const { attestation_id, issuer_sovereign_id } = attestation.body;
  const issuer = policy.recognized_issuers.find(
    ({ sovereign_id }) => sovereign_id === issuer_sovereign_id,
  );
  if (issuer === undefined) return refuse("unknown_issuer");
  const isRevoked = policy.revoked_attestation_ids.includes(attestation_id);
  return decideAttestation(attestation, issuer, isRevoked, now);
}

export interface TreatyAttestationOptions {
  readonly now: Instant;
  readonly revokedTreaties?: ReadonlySet<string>;
  readonly revokedAttestations?: ReadonlySet<string>;
}

/** Decides on an attestation whose issuer a treaty recognises: the treaty under `treatyKeys` first, then the attestation. */
export function verifyAttestationWithTreaty(
  attestation: Unverified<MembershipAttestation>,
  treaty: Unverified<RecognitionTreaty>,
  treatyKeys: readonly string[],
  { now, revokedTreaties, revokedAttestations }: TreatyAttestationOptions,
): Decision<MembershipAttestation, TreatyAttestationReason> {
  const { attestation_id, issuer_sovereign_id: subject } = attestation.body;
  const revoked = revokedTreaties ?? new Set();
  const recognition = verifyTreaty(treaty, treatyKeys, { now, subject, revoked });
  if (!recognition.accepted) return refuse(`treaty_${recognition.reason}`);
  const { subject_public_keys: public_keys, scope } = treaty.body;
  const isRevoked = revokedAttestations?.has(attestation_id) === true;
  const decision = decideAttestation(attestation, { ...scope, public_keys }, isRevoked, now);
  return decision.accepted ? decision : refuse(`attestation_${decision.reason}`);
}

/** What a policy entry and a treaty's scope say alike of an issuer's attestations. */
type Recognition = Pick<RecognizedIssuer, "public_keys" | "allowed_roles" | "accepted_statuses">;

function decideAttestation(
  attestation: Unverified<MembershipAttestation>,
  { public_keys, allowed_roles, accepted_statuses }: Recognition,
  isRevoked: boolean,
  now: Instant,
): Decision<MembershipAttestation, Exclude<AttestationReason, "unknown_issuer">> {
  const { status, valid_from, expires_at, roles } = attestation.body;
  if (isRevoked) return refuse("locally_revoked");
  if (!accepted_statuses.includes(status)) return refuse("bad_status");
  if (status !== "active" || !isWithin(valid_from, expires_at, now))
    return refuse("outside_validity_window");
  if (!grantsRoles(allowed_roles, roles)) return refuse("role_not_allowed");
  return decideSignature(attestation, public_keys);
}

export interface FeedOptions {
  readonly issuer?: string;
  /** The highest sequence accepted from this issuer so far. */
  readonly highestSequence?: JsonInteger;
}

/** Decides on a revocation feed under the issuer's base64 `keys`. */
export function verifyFeed(
  feed: Unverified<SovereignRevocationFeed>,
  keys: readonly string[],
  { issuer, highestSequence }: FeedOptions = {},
): Decision<SovereignRevocationFeed, FeedReason> {
  const { body } = feed;
  if (issuer !== undefined && body.issuer_sovereign_id !== issuer) return refuse("wrong_issuer");
  if (highestSequence !== undefined && body.sequence <= highestSequence)
    return refuse("stale_sequence");
  return decideSignature(feed, keys);
}

/**
 * Decides on a genesis under base64 root `keys`. Given `now`, the network authority's window must hold it too; the reference
 * shows that window and does not enforce it.
 */
export function verifyGenesis(
  genesis: Unverified<GenesisBlock>,
  keys: readonly string[],
  { now }: { readonly now?: Instant } = {},
): Decision<GenesisBlock, GenesisReason> {
  const decision: Decision<GenesisBlock, SignatureReason> = decideSignature(genesis, keys);
  const { valid_from, valid_to } = genesis.body.network_authority;
  if (decision.accepted && now !== undefined && !isWithin(valid_from, valid_to, now))
    return refuse("outside_validity_window");
  return decision;
}

/**
 * The document as verified when any of its signatures holds under any of the base64 `keys`, else null. A `key_id` is a
 * label and proves nothing (protocol.md 2).
 */
export function signatureHolds<T extends DocumentBody>(
  document: Unverified<T>,
  keys: readonly string[],
): Verified<T> | null {
  const message = signedBytes(document.body);
  const holds = document.signatures.some(({ sig }) =>
    keys.some((key) => verifySignature(message, sig, key)),
  );
  return holds ? asVerified(document) : null;
}

function decideSignature<T extends DocumentBody>(
  document: Unverified<T>,
  keys: readonly string[],
): Decision<T, SignatureReason> {
  if (document.signatures.length === 0) return refuse("missing_signature");
  const verified = signatureHolds(document, keys);
  return verified === null
    ? refuse("invalid_signature")
    : { accepted: true, reason: "accepted", document: verified };
}

/** An empty list grants nothing, as in the running reference 1.0 to 1.8 (docs/decisions/0006). */
function grantsRoles(allowed: readonly string[], roles: readonly string[]): boolean {
  // Of both there may be thousands, from anybody.
  const granted = new Set(allowed);
  return granted.size > 0 && roles.every((role) => granted.has(role));
}

function isWithin(from: Timestamp, until: Timestamp, now: Instant): boolean {
  return (
    plusSeconds(toInstant(from), -CLOCK_SKEW_SECONDS) <= now &&
    now <= plusSeconds(toInstant(until), CLOCK_SKEW_SECONDS)
  );
}

function refuse<R extends string>(reason: R): { readonly accepted: false; readonly reason: R } {
  return { accepted: false, reason };
}

function asVerified<T extends DocumentBody>(document: Unverified<T>): Verified<T> {
  return document as Verified<T>;
}
