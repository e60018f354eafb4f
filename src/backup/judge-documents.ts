/** Whether what a copy of a state says of trust is signed as it must be, row by row. Reads no clock. */
import { AppError } from "../errors.js";
import type { VerifiedBackup } from "../model/backup.js";
import type { DocumentBody, Unverified } from "../model/documents.js";
import type {
  AttestationRecord,
  AuthorityRecord,
  FeedRecord,
  TreatyRecord,
} from "../model/state.js";
import type { Instant } from "../model/time.js";
import { canonicalJson } from "../protocol/canonical.js";
import { parseAttestation, parseFeed, parseGenesis, parseTreaty } from "../protocol/documents.js";
import { parseTimestamp, toInstant } from "../protocol/instant.js";
import { parseJson } from "../protocol/json.js";
import { signatureHolds } from "../protocol/verify.js";
import type { RestingState } from "../state/backup/read.js";
import { verifiedFeed } from "../state/published-feed.js";

const MAX_FAULTS = 10;

type Judgement = "verified" | "unjudged" | "fault";

/**
 * Judges the genesis, our own newest feed, and every treaty, attestation and feed. What is in force in our name at `at` must be
 * signed by the authority's key, and its columns must repeat what is signed. What has ended may bear an earlier key of ours,
 * and a feed an earlier key of its issuer: these count as unjudged. Throws AppError `state_corrupt` naming those that fail.
 */
export function judgeDocuments(
  state: RestingState,
  authority: AuthorityRecord,
  at: Instant,
): VerifiedBackup["signatures"] {
  const counts = { verified: 0, unjudged: 0 };
  const faults: string[] = [];
  const count = (name: string, judgement: Judgement): void => {
    if (judgement !== "fault") counts[judgement] += 1;
    else if (faults.length < MAX_FAULTS) faults.push(name);
  };
  const keys = new Map(
    state.reader.sovereigns().map((known) => [known.sovereignId, new Set(known.publicKeys)]),
  );
  count("the genesis", whether(isGenesis(authority)));
  const own = state.reader.publishedFeed();
  if (own !== null) count("our own feed", whether(verifiedFeed(own, authority) !== null));
  for (const row of state.treaties()) {
    count(`treaty ${row.id}`, judgeOwn(row, authority, at, isTreaty));
    addKeys(keys, row);
  }
  for (const row of state.attestations())
    count(`attestation ${row.id}`, judgeOwn(row, authority, at, isAttestation));
  for (const row of state.feeds())
    count(`feed ${row.feedId}`, judgeFeed(row, [...(keys.get(row.issuer) ?? [])]));
  if (faults.length === 0) return counts;
  throw new AppError(
    "state_corrupt",
    `it holds what is not signed as it must be: ${faults.join(", ")}`,
    { hint: "let concordat reconcile put these right first", details: faults },
  );
}

/** Keeps the keys of a subject after its record has gone over to others. */
function addKeys(keys: Map<string, Set<string>>, { json, subject }: TreatyRecord): void {
  const body = readable(() => parseTreaty(parseJson(json)).body);
  if (body === null) return;
  const known = keys.get(subject) ?? new Set();
  for (const key of body.subject_public_keys) known.add(key);
  keys.set(subject, known);
}

type OwnRecord = TreatyRecord | AttestationRecord;

function judgeOwn<R extends OwnRecord>(
  row: R,
  { sovereignId, publicKey }: AuthorityRecord,
  at: Instant,
  read: (row: R) => Unverified<DocumentBody> | null,
): Judgement {
  const document = readable(() => read(row));
  if (document !== null && row.issuer === sovereignId && signatureHolds(document, [publicKey]))
    return "verified";
  return row.issuer === sovereignId && isInForce(row, at) ? "fault" : "unjudged";
}

/** A time that cannot be read ends nothing. */
function isInForce({ status, expiresAt }: OwnRecord, at: Instant): boolean {
  if (status !== "active") return false;
  return readable(() => toInstant(parseTimestamp(expiresAt)) <= at) !== true;
}

/** The document, when its row says of it what is signed. Throws AppError for what cannot be read. */
function isTreaty(row: TreatyRecord): Unverified<DocumentBody> | null {
  const document = parseTreaty(parseJson(row.json));
  const { body } = document;
  const agrees =
    body.treaty_id === row.id &&
    body.issuer_sovereign_id === row.issuer &&
    body.subject_sovereign_id === row.subject &&
    isSameWindow(row, body);
  return agrees ? document : null;
}

/** As `isTreaty`. */
function isAttestation(row: AttestationRecord): Unverified<DocumentBody> | null {
  const document = parseAttestation(parseJson(row.json));
  const { body } = document;
  const agrees =
    body.attestation_id === row.id &&
    body.issuer_sovereign_id === row.issuer &&
    body.subject_id === row.subjectId &&
    body.subject_public_key === row.subjectPublicKey &&
    canonicalJson(body.roles) === canonicalJson(parseJson(row.rolesJson)) &&
    isSameWindow(row, body);
  return agrees ? document : null;
}

interface Window {
  readonly valid_from: string;
  readonly expires_at: string;
  readonly status: string;
}

/** A row may take away what was signed, and never give more. */
function isSameWindow(row: OwnRecord, { valid_from, expires_at, status }: Window): boolean {
  const instant = (text: string): Instant => toInstant(parseTimestamp(text));
  return (
    (row.status === status || row.status !== "active") &&
    instant(row.validFrom) === instant(valid_from) &&
    instant(row.expiresAt) === instant(expires_at)
  );
}

function judgeFeed(row: FeedRecord, keys: readonly string[]): Judgement {
  const document = readable(() => parseFeed(parseJson(row.json)));
  if (document === null) return "fault";
  const { feed_id, issuer_sovereign_id, sequence } = document.body;
  if (feed_id !== row.feedId || issuer_sovereign_id !== row.issuer || sequence !== row.sequence)
    return "fault";
  return signatureHolds(document, keys) === null ? "unjudged" : "verified";
}

function isGenesis({ genesisJson, sovereignId, publicKey }: AuthorityRecord): boolean {
  const genesis = readable(() => parseGenesis(parseJson(genesisJson)));
  if (genesis === null) return false;
  const { network_name, network_authority, root_public_key } = genesis.body;
  return (
    network_name === sovereignId &&
    network_authority.public_key === publicKey &&
    signatureHolds(genesis, [root_public_key]) !== null
  );
}

function whether(holds: boolean): Judgement {
  return holds ? "verified" : "fault";
}

/** Null for text that cannot be read. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
