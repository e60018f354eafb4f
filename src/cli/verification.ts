/** Decides on one signed document given as a file: what `concordat verify` prints. */
import type { AppError } from "../errors.js";
import type { DocumentBody, RecognitionPolicy, Unverified } from "../model/documents.js";
import type { JsonInteger, JsonValue } from "../model/json.js";
import type { Instant, Timestamp } from "../model/time.js";
import { parseAttestation, parseFeed, parseGenesis, parseTreaty } from "../protocol/documents.js";
import { fromInstant } from "../protocol/instant.js";
import {
  verifyAttestation,
  verifyAttestationWithTreaty,
  verifyFeed,
  verifyGenesis,
  verifyTreaty,
} from "../protocol/verify.js";

export interface Verification {
  readonly accepted: boolean;
  /** `accepted`, the normative code of the first rule that refuses (protocol.md 4), or why it is no such document. */
  readonly reason: string;
  readonly type:
    | "recognition_treaty"
    | "membership_attestation"
    | "sovereign_revocation_feed"
    | "genesis";
  readonly id: string;
  /** What the document says of itself. Worth nothing unless it is accepted. */
  readonly claims: Readonly<Record<string, JsonValue>>;
  /** What is wrong with a file that holds no such document; null for a document. */
  readonly fault: string | null;
  readonly checked_at: Timestamp;
  readonly keys: number;
}

/** Keys are canonical base64; `now` is the moment that validity windows are held against. */
interface Given {
  readonly keys: readonly string[];
  readonly now: Instant;
}

interface Outcome {
  readonly accepted: boolean;
  readonly reason: string;
}

export function checkTreaty(
  value: JsonValue,
  given: Given & { readonly issuer?: string | undefined; readonly subject?: string | undefined },
): Verification {
  const treaty = parseTreaty(value);
  const { body } = treaty;
  const expected = {
    ...(given.issuer === undefined ? {} : { issuer: given.issuer }),
    ...(given.subject === undefined ? {} : { subject: given.subject }),
  };
  return report(verifyTreaty(treaty, given.keys, { now: given.now, ...expected }), given, {
    type: "recognition_treaty",
    id: body.treaty_id,
    claims: {
      issuer_sovereign_id: body.issuer_sovereign_id,
      subject_sovereign_id: body.subject_sovereign_id,
      allowed_roles: body.scope.allowed_roles,
      status: body.status,
      valid_from: body.valid_from,
      expires_at: body.expires_at,
      ...signers(treaty),
    },
  });
}

export function checkAttestation(
  value: JsonValue,
  given: Given & {
    readonly allowedRoles: readonly string[];
    readonly treaty: JsonValue | null;
    readonly treatyKeys: readonly string[];
  },
): Verification {
  const attestation = parseAttestation(value);
  const { body } = attestation;
  const outcome: Outcome =
    given.treaty === null
      ? verifyAttestation(
          attestation,
          policyFor(attestation.body, given.keys, given.allowedRoles),
          given,
        )
      : verifyAttestationWithTreaty(
          attestation,
          parseTreaty(given.treaty),
          given.treatyKeys,
          given,
        );
  return report(outcome, given.treaty === null ? given : { ...given, keys: given.treatyKeys }, {
    type: "membership_attestation",
    id: body.attestation_id,
    claims: {
      issuer_sovereign_id: body.issuer_sovereign_id,
      subject_id: body.subject_id,
      roles: body.roles,
      status: body.status,
      valid_from: body.valid_from,
      expires_at: body.expires_at,
      ...signers(attestation),
    },
  });
}

/** A policy that recognises just this issuer. Without a list of roles it allows the ones that the attestation carries. */
function policyFor(
  body: { readonly issuer_sovereign_id: string; readonly roles: readonly string[] },
  keys: readonly string[],
  allowedRoles: readonly string[],
): RecognitionPolicy {
  // An empty list would grant nothing, so an attestation without a role needs some entry here.
  const allowed = allowedRoles.length > 0 ? allowedRoles : ["role:client", ...body.roles];
  return {
    local_sovereign_id: "",
    recognized_issuers: [
      {
        sovereign_id: body.issuer_sovereign_id,
        public_keys: keys,
        allowed_roles: allowed,
        accepted_statuses: ["active"],
      },
    ],
    revoked_attestation_ids: [],
  };
}

export function checkFeed(
  value: JsonValue,
  given: Given & {
    readonly issuer?: string | undefined;
    readonly highestSequence?: JsonInteger | undefined;
  },
): Verification {
  const feed = parseFeed(value);
  const { body } = feed;
  const expected = {
    ...(given.issuer === undefined ? {} : { issuer: given.issuer }),
    ...(given.highestSequence === undefined ? {} : { highestSequence: given.highestSequence }),
  };
  return report(verifyFeed(feed, given.keys, expected), given, {
    type: "sovereign_revocation_feed",
    id: body.feed_id,
    claims: {
      issuer_sovereign_id: body.issuer_sovereign_id,
      sequence: body.sequence,
      revoked_count: body.revoked_attestation_ids.length,
      issued_at: body.issued_at,
      ...signers(feed),
    },
  });
}

export function checkGenesis(value: JsonValue, given: Given): Verification {
  const genesis = parseGenesis(value);
  const { body } = genesis;
  return report(verifyGenesis(genesis, given.keys, { now: given.now }), given, {
    type: "genesis",
    id: body.network_name,
    claims: {
      network_version: body.network_version,
      root_public_key: body.root_public_key,
      authority_public_key: body.network_authority.public_key,
      valid_from: body.network_authority.valid_from,
      valid_to: body.network_authority.valid_to,
      ...signers(genesis),
    },
  });
}

function signers(document: Unverified<DocumentBody>): { readonly signed_by: readonly string[] } {
  return { signed_by: document.signatures.map((signature) => signature.key_id) };
}

function report(
  outcome: Outcome,
  given: Given,
  document: Pick<Verification, "type" | "id" | "claims">,
): Verification {
  return {
    accepted: outcome.accepted,
    reason: outcome.reason,
    ...document,
    fault: null,
    checked_at: fromInstant(given.now),
    keys: given.keys.length,
  };
}

/** The refusal of a file that holds no document of the type. */
export function unreadable(
  type: Verification["type"],
  { code, message }: AppError,
  given: Given,
): Verification {
  const document = { type, id: "", claims: {} };
  return { ...report({ accepted: false, reason: code }, given, document), fault: message };
}
