/** Which rows of another authority program hold: signed as they must be, and saying the same as what is signed. Pure. */
import { AppError } from "../errors.js";
import type { AdoptedRows, Exception, HeldRows, HeldType } from "../model/adoption.js";
import type { DocumentBody, PublicKey, Unverified } from "../model/documents.js";
import type { JsonValue } from "../model/json.js";
import { parseAttestation, parseTreaty } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";
import { signatureHolds } from "../protocol/verify.js";
import { importedOf } from "./imported-revocations.js";
import {
  Fault,
  judgeAttestation,
  judgeEvent,
  judgeFeed,
  judgeTreaty,
  readable,
  type HeldAttestation,
  type HeldFeed,
  type HeldTreaty,
} from "./judge-row.js";

export interface VerifiedRows {
  readonly sovereignId: string;
  readonly publicKey: PublicKey;
  readonly treaties: readonly HeldTreaty[];
  readonly attestations: readonly HeldAttestation[];
  readonly feeds: readonly HeldFeed[];
  readonly adopted: AdoptedRows;
  readonly policyJson: string | null;
  /**
   * Every attestation in our name that its row calls revoked, with the reason. Nobody has to have signed it: to publish a
   * revocation only takes trust away.
   */
  readonly revoked: ReadonlyMap<string, string>;
  /** Our own feed must come after this sequence (protocol.md 10). */
  readonly feedSequence: number;
  readonly leftOut: readonly Exception[];
}

/**
 * Judges every row under the authority's key. `feedKeys` are keys of other sovereigns that are known beside those which the
 * treaties name. Throws AppError `usage` when `sovereignId` is null and the rows do not tell whose they are.
 */
export function verifyRows(
  rows: HeldRows,
  publicKey: PublicKey,
  sovereignId: string | null,
  feedKeys: ReadonlyMap<string, readonly string[]>,
): VerifiedRows {
  const leftOut: Exception[] = [...rows.unreadable];
  const keep = <R, T>(
    type: HeldType,
    list: readonly R[],
    idOf: (row: R) => string,
    judged: (row: R) => T,
  ): T[] => {
    const seen = new Set<string>();
    return list.flatMap((row) => {
      const id = idOf(row);
      try {
        if (seen.has(id)) throw new Fault("duplicate_id", "another row bears the same id");
        seen.add(id);
        return [judged(row)];
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        leftOut.push({ type, id, reason: error.reason, message: error.message });
        return [];
      }
    });
  };
  const own = sovereignId ?? onlyIssuer(rows, publicKey);
  const isOwn = { sovereignId: own, publicKey, superseded: rows.superseded };
  const treaties = keep(
    "recognition_treaty",
    rows.treaties,
    (row) => row.id,
    (row) => judgeTreaty(row, isOwn),
  );
  const attestations = keep(
    "membership_attestation",
    rows.attestations,
    (row) => row.id,
    (row) => judgeAttestation(row, isOwn),
  );
  const keys = feedKeysOf(treaties, feedKeys);
  const feeds = keep(
    "sovereign_revocation_feed",
    rows.feeds,
    (row) => row.feedId,
    (row) => judgeFeed(row, keys.get(row.issuer) ?? []),
  );
  const imported = importedOf(rows.importedRevocations, feeds, leftOut);
  const revokedKeys = keep(
    "revoked_operator_key",
    rows.revokedKeys,
    (row) => row.keyId,
    (row) => row,
  );
  const events = keep("audit_event", rows.events, (row) => row.id, judgeEvent);
  const ownRevoked = rows.attestations.filter(
    (row) => row.issuer === own && row.status === "revoked",
  );
  const revoked = new Map([
    ...rows.published,
    ...ownRevoked.map((row) => [row.id, row.reason ?? "unspecified"] as const),
  ]);
  return {
    sovereignId: own,
    publicKey,
    treaties,
    attestations,
    feeds,
    adopted: {
      treaties: treaties.map(({ row }) => row),
      attestations: attestations.map(({ row }) => row),
      feeds: feeds.map(({ row }) => row),
      importedRevocations: imported,
      revokedKeys,
      events,
    },
    policyJson: rows.policyJson,
    revoked,
    feedSequence: rows.feedSequence + ownRevoked.length,
    leftOut,
  };
}

/** Whose rows these are, when nobody says: the one issuer in whose name the key has signed. */
function onlyIssuer(rows: HeldRows, publicKey: PublicKey): string {
  const issuers = new Set<string>();
  const look = (json: string, parse: (value: JsonValue) => Unverified<DocumentBody>): void => {
    const document = readable(() => parse(parseJson(json)));
    if (document === null || signatureHolds(document, [publicKey]) === null) return;
    if ("issuer_sovereign_id" in document.body) issuers.add(document.body.issuer_sovereign_id);
  };
  for (const row of rows.treaties) look(row.json, parseTreaty);
  for (const row of rows.attestations) look(row.json, parseAttestation);
  const [only, ...others] = issuers;
  if (only !== undefined && others.length === 0) return only;
  throw new AppError(
    "usage",
    only === undefined
      ? "no row is signed by this key, so nothing says whose rows these are"
      : `this key has signed in several names: ${[...issuers].toSorted().join(", ")}`,
    { hint: "give --genesis FILE, or --sovereign-id ID beside --public-key" },
  );
}

/** The keys of each foreign sovereign: what our treaties with it say, whatever became of them, and what is known besides. */
function feedKeysOf(
  treaties: readonly HeldTreaty[],
  known: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const keys = new Map(known);
  for (const { document } of treaties) {
    const { subject_sovereign_id: id, subject_public_keys: more } = document.body;
    keys.set(id, [...new Set([...(keys.get(id) ?? []), ...more])]);
  }
  return keys;
}
