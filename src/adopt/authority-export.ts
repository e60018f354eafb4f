/** What a live authority says of itself in public, as one document: the rows that can be made of it. Pure. */
import { AppError } from "../errors.js";
import type { Exception, HeldRows } from "../model/adoption.js";
import type { DocumentStatus } from "../model/documents.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import type { TreatyRecord } from "../model/state.js";
import { Fields } from "../protocol/document-fields.js";
import { documentJson, parseFeed, parseTreaty } from "../protocol/documents.js";
import { toOffsetForm } from "../protocol/instant.js";
import { isJsonArray, isJsonObject, parseJson } from "../protocol/json.js";
import { signatureHolds } from "../protocol/verify.js";

export const EXPORT_FILE = "authority-export.json";
const EXPORT_FORMAT = "concordat/authority-export/v1";

/** The members of the file, each as the authority's route gave it. */
export interface AuthorityExport {
  readonly url: string;
  readonly genesis: JsonValue;
  readonly treaties: JsonValue;
  /** Null: it publishes none. */
  readonly feed: JsonValue;
  readonly connectome: JsonValue;
}

/** The document as a JSON value. */
export function exportJson(given: AuthorityExport): JsonObject {
  return {
    format: EXPORT_FORMAT,
    url: given.url,
    genesis: given.genesis,
    recognition_treaties: given.treaties,
    sovereign_revocation_feed: given.feed,
    connectome: given.connectome,
  };
}

/** Reads the file. Throws AppError `invalid_document`, and the codes of `parseJson`. */
export function parseExport(bytes: Uint8Array): AuthorityExport {
  const value = parseJson(bytes);
  const fields = new Fields(value);
  if (fields.text("format") !== EXPORT_FORMAT)
    throw fields.fault("format", `expected ${EXPORT_FORMAT}`);
  const member = (key: string): JsonValue => (isJsonObject(value) ? (value[key] ?? null) : null);
  return {
    url: fields.text("url"),
    genesis: member("genesis"),
    treaties: member("recognition_treaties"),
    feed: member("sovereign_revocation_feed"),
    connectome: member("connectome"),
  };
}

/**
 * The rows behind the export. Its feed counts only when the authority's key has signed it. Attestations, the audit log, the
 * feeds of others and the keys of operators are not public, so there are none.
 */
export function exportedRows(given: AuthorityExport, publicKey: string): HeldRows {
  const unreadable: Exception[] = [];
  const treaties = listOf(given.treaties, "recognition_treaties").flatMap((item, index) => {
    try {
      return [treatyRow(new Fields(item), item)];
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const id = `#${index}`;
      const { message } = error;
      unreadable.push({ type: "recognition_treaty", id, reason: "unreadable_row", message });
      return [];
    }
  });
  for (const item of listOf(given.connectome, "revoked_trust_material")) {
    if (!isJsonObject(item) || item["type"] !== "membership_attestation") continue;
    const id = typeof item["id"] === "string" ? item["id"] : "";
    const message = "the feed that lists it, and would sign it, is not public here";
    unreadable.push({ type: "imported_revocation", id, reason: "missing_signature", message });
  }
  const feed = ownFeed(given.feed, publicKey, unreadable);
  return {
    treaties: treaties.map(({ row }) => row).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    attestations: [],
    feeds: [],
    importedRevocations: [],
    revokedKeys: [],
    policyJson: null,
    events: [],
    superseded: new Set(treaties.flatMap(({ row, isSuperseded }) => (isSuperseded ? row.id : []))),
    feedSequence: feed.sequence,
    published: feed.revoked,
    unreadable,
  };
}

/** The signed text is put into its canonical form: it is what was signed, whatever spaces the answer had. */
function treatyRow(
  fields: Fields,
  item: JsonValue,
): { readonly row: TreatyRecord; readonly isSuperseded: boolean } {
  const document = parseTreaty(isJsonObject(item) ? (item["treaty"] ?? null) : null);
  const { body } = document;
  const status: DocumentStatus = fields.status("status");
  return {
    row: {
      id: body.treaty_id,
      issuer: body.issuer_sovereign_id,
      subject: body.subject_sovereign_id,
      status,
      json: documentJson(document),
      issuedAt: toOffsetForm(body.issued_at),
      validFrom: toOffsetForm(body.valid_from),
      expiresAt: toOffsetForm(body.expires_at),
      revokedAt: fields.textOrNull("revoked_at"),
      reason: fields.textOrNull("revocation_reason"),
    },
    isSuperseded: fields.textOrNull("superseded_by") !== null,
  };
}

function ownFeed(
  value: JsonValue,
  publicKey: string,
  unreadable: Exception[],
): { readonly sequence: number; readonly revoked: ReadonlyMap<string, string> } {
  const nothing = { sequence: 0, revoked: new Map<string, string>() };
  if (value === null) return nothing;
  const type = "sovereign_revocation_feed";
  try {
    const feed = parseFeed(value);
    const { feed_id: id, sequence, revoked_attestation_ids: ids, revocation_reasons } = feed.body;
    if (signatureHolds(feed, [publicKey]) === null) {
      const message = "its own feed is not signed by its key";
      unreadable.push({ type, id, reason: "invalid_signature", message });
      return nothing;
    }
    return {
      sequence: Number(sequence),
      revoked: new Map(ids.map((one) => [one, revocation_reasons[one] ?? "unspecified"])),
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    unreadable.push({ type, id: "", reason: "invalid_document", message: error.message });
    return nothing;
  }
}

function listOf(value: JsonValue, key: string): readonly JsonValue[] {
  const list = isJsonObject(value) ? value[key] : undefined;
  if (isJsonArray(list)) return list;
  throw new AppError("invalid_document", `the answer has no list ${key}`);
}
