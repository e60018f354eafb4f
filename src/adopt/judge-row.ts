/** Does one row hold: is it signed as it must be, and do its columns say what the signed text says? Pure. */
import { AppError } from "../errors.js";
import type { EventRow } from "../model/adoption.js";
import type {
  DocumentBody,
  MembershipAttestation,
  PublicKey,
  RecognitionTreaty,
  SovereignRevocationFeed,
  Unverified,
  Verified,
} from "../model/documents.js";
import type { JsonValue } from "../model/json.js";
import type { AttestationRecord, FeedRecord, TreatyRecord } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { parseAttestation, parseFeed, parseTreaty } from "../protocol/documents.js";
import { parseTimestamp, toInstant } from "../protocol/instant.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import { signatureHolds } from "../protocol/verify.js";

export interface Held<R, T extends DocumentBody> {
  readonly row: R;
  readonly document: Verified<T>;
}

export type HeldTreaty = Held<TreatyRecord, RecognitionTreaty>;
export type HeldAttestation = Held<AttestationRecord, MembershipAttestation>;
export type HeldFeed = Held<FeedRecord, SovereignRevocationFeed>;

/** Why a row does not hold. */
export class Fault extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Whose rows they are. */
export interface Own {
  readonly sovereignId: string;
  readonly publicKey: PublicKey;
  readonly superseded: ReadonlySet<string>;
}

/** Throws `Fault`. */
export function judgeTreaty(row: TreatyRecord, own: Own): HeldTreaty {
  const document = documentOf(row.json, parseTreaty);
  const { body } = document;
  checkColumns([
    ["treaty_id", row.id === body.treaty_id],
    ["issuer_sovereign_id", row.issuer === body.issuer_sovereign_id],
    ["subject_sovereign_id", row.subject === body.subject_sovereign_id],
    ...times(row, body),
  ]);
  checkStatus(row, body);
  return { row, document: ours(row, document, own) };
}

/** Throws `Fault`. */
export function judgeAttestation(row: AttestationRecord, own: Own): HeldAttestation {
  const document = documentOf(row.json, parseAttestation);
  const { body } = document;
  const roles = readable(() => canonicalJson(parseJson(row.rolesJson)));
  checkColumns([
    ["attestation_id", row.id === body.attestation_id],
    ["issuer_sovereign_id", row.issuer === body.issuer_sovereign_id],
    ["subject_id", row.subjectId === body.subject_id],
    ["subject_public_key", row.subjectPublicKey === body.subject_public_key],
    ["roles_json", roles === canonicalJson(body.roles)],
    ...times(row, body),
  ]);
  checkStatus(row, body);
  return { row, document: ours(row, document, own) };
}

/** Throws `Fault`. `keys` are those that the issuer may sign with. */
export function judgeFeed(row: FeedRecord, keys: readonly string[]): HeldFeed {
  const document = documentOf(row.json, parseFeed);
  const { body } = document;
  checkColumns([
    ["feed_id", row.feedId === body.feed_id],
    ["issuer_sovereign_id", row.issuer === body.issuer_sovereign_id],
    ["sequence", row.sequence === body.sequence],
  ]);
  if (keys.length === 0)
    throw new Fault("missing_issuer_public_keys", `no treaty names a key of ${row.issuer}`);
  return { row, document: signed(document, keys) };
}

/** As `audit export` reads it: what it could not read would stop every export. Throws `Fault`. */
export function judgeEvent(row: EventRow): EventRow {
  const event = readable(() => parseJson(row.json)) ?? undefined;
  const isEvent =
    isJsonObject(event) &&
    event["event_id"] === row.id &&
    event["created_at"] === row.createdAt &&
    typeof event["event_type"] === "string" &&
    isJsonObject(event["details"]);
  if (isEvent) return row;
  throw new Fault("invalid_event", "its text is no audit event, or of another id or time");
}

function ours<T extends RecognitionTreaty | MembershipAttestation>(
  row: { readonly id: string },
  document: Unverified<T>,
  { sovereignId, publicKey, superseded }: Own,
): Verified<T> {
  if (document.body.issuer_sovereign_id !== sovereignId)
    throw new Fault("wrong_issuer", `issued by ${document.body.issuer_sovereign_id}`);
  if (superseded.has(row.id))
    throw new Fault("superseded", "issued again under another key; the newest copy counts");
  return signed(document, [publicKey]);
}

function signed<T extends DocumentBody>(
  document: Unverified<T>,
  keys: readonly string[],
): Verified<T> {
  if (document.signatures.length === 0)
    throw new Fault("missing_signature", "nobody has signed it");
  const verified = signatureHolds(document, keys);
  if (verified === null)
    throw new Fault("invalid_signature", "no signature holds under the keys that may sign it");
  return verified;
}

function documentOf<T>(json: string, parse: (value: JsonValue) => T): T {
  try {
    return parse(parseJson(json));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new Fault("invalid_document", error.message);
  }
}

/** What `read` gives; null for text that cannot be read. */
export function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** A row may take away what was signed, and never give more. */
function checkStatus(
  { status }: Pick<TreatyRecord, "status">,
  body: Pick<RecognitionTreaty, "status">,
): void {
  if (status === "active" && body.status !== "active")
    throw new Fault("bad_status", `its row says active, and it is signed as ${body.status}`);
}

type Column = readonly [name: string, agrees: boolean];

/** The signature covers the text and not the columns, so the columns must say the same. */
function checkColumns(columns: readonly Column[]): void {
  const wrong = columns.filter(([, agrees]) => !agrees).map(([name]) => name);
  if (wrong.length === 0) return;
  throw new Fault(
    "row_mismatch",
    `its columns say otherwise than its signed text: ${wrong.join(", ")}`,
  );
}

function times(
  row: Pick<TreatyRecord, "issuedAt" | "validFrom" | "expiresAt">,
  body: Pick<RecognitionTreaty, "issued_at" | "valid_from" | "expires_at">,
): readonly Column[] {
  const same = (column: string, field: string): boolean =>
    readable(() => toInstant(parseTimestamp(column))) === toInstant(parseTimestamp(field));
  return [
    ["issued_at", same(row.issuedAt, body.issued_at)],
    ["valid_from", same(row.validFrom, body.valid_from)],
    ["expires_at", same(row.expiresAt, body.expires_at)],
  ];
}
