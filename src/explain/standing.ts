/** What an object of trust is at this moment, by the state alone. */
import type { DocumentBody, Unverified } from "../model/documents.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import type { AttestationRecord, InventoryEntry, Snapshot, TreatyRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { parseAttestation, parseFeed, parseTreaty } from "../protocol/documents.js";
import { toInstant, parseTimestamp } from "../protocol/instant.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import { treatyLifecycle } from "../protocol/lifecycle.js";
import { signersOf } from "./signers.js";
import type { Signer, Standing, Subject } from "./story.js";

export interface Known {
  readonly snapshot: Snapshot;
  readonly now: Instant;
  /** Every key that the authority has signed with, as the log tells. */
  readonly ownKeys: readonly string[];
}

/** Throws AppError `state_corrupt` or a code of the protocol for a stored document that cannot be read. */
export function standingOf(subject: Subject, entry: InventoryEntry | null, known: Known): Standing {
  switch (subject.kind) {
    case "RecognitionTreaty":
      return treaty(subject.id, known);
    case "MembershipAttestation":
      return attestation(subject.id, known);
    case "ForeignAttestation":
      return foreignAttestation(subject.id, known);
    case "RevocationFeed":
      return feed(subject.id, known);
    case "OperatorKey":
      return operatorKey(subject.id, known);
    case "Sovereign":
      return sovereign(subject.id, known);
    case "Authority":
      return authority(known);
    default:
      return entry === null ? unknown("unknown") : unknown("applied", specOf(entry));
  }
}

function treaty(id: string, { snapshot, now, ownKeys }: Known): Standing {
  const row = snapshot.treaties.find((candidate) => candidate.id === id);
  if (row === undefined) return unknown("missing");
  const document = parseTreaty(parseJson(row.json));
  const { body } = document;
  return {
    state: stateOf(row, now),
    signers: signers(document, [...ownKeys, ...keysOf(snapshot, row.issuer)]),
    facts: {
      ...window(row),
      from: row.issuer,
      to: row.subject,
      allowed_roles: body.scope.allowed_roles,
      accepted_statuses: body.scope.accepted_statuses,
      subject_public_keys: body.subject_public_keys,
    },
  };
}

function attestation(id: string, { snapshot, now, ownKeys }: Known): Standing {
  const row = snapshot.attestations.find((candidate) => candidate.id === id);
  if (row === undefined) return unknown("missing");
  const document = parseAttestation(parseJson(row.json));
  return {
    state: stateOf(row, now),
    signers: signers(document, [...ownKeys, ...keysOf(snapshot, row.issuer)]),
    facts: {
      ...window(row),
      issuer: row.issuer,
      subject_id: row.subjectId,
      roles: document.body.roles,
    },
  };
}

function foreignAttestation(id: string, { snapshot }: Known): Standing {
  const rows = snapshot.importedRevocations.filter((row) => row.attestationId === id);
  const [first] = rows;
  if (first === undefined) return unknown("missing");
  return unknown("revoked", {
    issuer: first.issuer,
    revoked_by: rows.map(({ feedId, sequence, importedAt, reason, issuer }) => ({
      feed_id: feedId,
      imported_at: importedAt,
      issuer,
      reason,
      sequence,
    })),
  });
}

function feed(id: string, { snapshot }: Known): Standing {
  const imported = snapshot.feeds.find((row) => row.feedId === id);
  const row = imported ?? snapshot.rejectedFeeds.find((candidate) => candidate.feedId === id);
  if (row === undefined) return unknown("missing");
  const document = parseFeed(parseJson(row.json));
  const revocations = snapshot.importedRevocations.filter((revocation) => revocation.feedId === id);
  const isRefused = snapshot.rejectedFeeds.some((candidate) => candidate.feedId === id);
  return {
    state: imported === undefined ? "rejected" : "imported",
    signers: signers(document, keysOf(snapshot, row.issuer)),
    facts: {
      issuer: row.issuer,
      sequence: row.sequence,
      issued_at: document.body.issued_at,
      imported_at: imported?.importedAt ?? null,
      revoked_count: document.body.revoked_attestation_ids.length,
      // A revocation belongs to the first feed that brought it.
      revocations_brought: revocations.length,
      refused_since: isRefused && imported !== undefined ? true : null,
    },
  };
}

function operatorKey(id: string, { snapshot }: Known): Standing {
  const record = snapshot.operatorKeys.find((key) => key.keyId === id);
  const revoked = snapshot.revokedKeys.find((key) => key.keyId === id);
  return unknown(revoked === undefined ? (record?.state ?? "missing") : "revoked", {
    ...(record !== undefined && {
      public_key: record.publicKey,
      tier: record.tier,
      valid_from: record.validFrom,
      valid_until: record.validUntil,
    }),
    ...(revoked !== undefined && {
      revoked_at: revoked.revokedAt,
      revoked_by: revoked.revokedBy,
      reason: revoked.reason,
    }),
  });
}

function sovereign(id: string, { snapshot }: Known): Standing {
  const record = snapshot.sovereigns.find((candidate) => candidate.sovereignId === id);
  if (record === undefined) return unknown("removed");
  const feeds = snapshot.feeds.filter((row) => row.issuer === id);
  const poll = snapshot.feedPolls.find((row) => row.issuer === id);
  return unknown("known", {
    public_keys: record.publicKeys,
    endpoint: record.endpoint,
    feed_url: record.feed.url,
    feed_suspended: record.feed.suspend,
    feed_sequence: feeds.reduce<number | null>(
      (top, row) => Math.max(top ?? 0, row.sequence),
      null,
    ),
    feed_last_poll: poll?.result ?? null,
    treaties_from_us: snapshot.treaties.filter((row) => row.subject === id).map((row) => row.id),
  });
}

function authority({ snapshot, ownKeys }: Known): Standing {
  const record = snapshot.authority;
  if (record === null) return unknown("missing");
  return unknown("configured", {
    sovereign_id: record.sovereignId,
    key_id: record.keyId,
    public_key: record.publicKey,
    earlier_keys: ownKeys.filter((key) => key !== record.publicKey),
    endpoint: record.endpoint,
  });
}

function unknown(state: string, facts: JsonObject = {}): Standing {
  return { state, signers: [], facts };
}

function stateOf(row: TreatyRecord | AttestationRecord, now: Instant): string {
  if (row.status === "suspended") return "suspended";
  const { state } = treatyLifecycle(row, now);
  const isPending = state === "active" && toInstant(parseTimestamp(row.validFrom)) > now;
  return isPending ? "not_yet_valid" : state;
}

function window(row: TreatyRecord | AttestationRecord): JsonObject {
  return {
    issued_at: row.issuedAt,
    valid_from: row.validFrom,
    expires_at: row.expiresAt,
    revoked_at: row.revokedAt,
    reason: row.reason,
  };
}

function keysOf({ sovereigns }: Snapshot, id: string): readonly string[] {
  return sovereigns.find((candidate) => candidate.sovereignId === id)?.publicKeys ?? [];
}

function signers(document: Unverified<DocumentBody>, keys: readonly string[]): readonly Signer[] {
  return signersOf(document, [...new Set(keys)]);
}

function specOf(entry: InventoryEntry): JsonObject {
  const spec: JsonValue = parseJson(entry.specJson);
  return isJsonObject(spec) ? spec : {};
}
