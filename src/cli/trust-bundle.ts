/** Reads what another sovereign published as a trust bundle, and checks every signature in it. Pure. */
import { AppError } from "../errors.js";
import type { DocumentBody, PublicKey, Unverified } from "../model/documents.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import type { Timestamp } from "../model/time.js";
import { Fields } from "../protocol/document-fields.js";
import { parseFeed, parseGenesis, parseTreaty } from "../protocol/documents.js";
import { isJsonObject } from "../protocol/json.js";
import { parsePublicKey } from "../protocol/public-key.js";
import { signatureHolds } from "../protocol/verify.js";

const BUNDLE_TYPE = "genesis-mesh.trust-bundle";

export interface CheckedDocument {
  readonly type: "genesis" | "recognition_treaty" | "sovereign_revocation_feed";
  readonly id: string;
  readonly accepted: boolean;
  readonly reason: "accepted" | "wrong_issuer" | "missing_signature" | "invalid_signature";
}

export interface TrustBundle {
  readonly sovereignId: string;
  /** When the sovereign, or whoever collected it, made the bundle. Nothing signs it. */
  readonly createdAt: Timestamp;
  /** The key that the root signed as the network authority. */
  readonly authorityKey: PublicKey;
  readonly authorityUntil: Timestamp;
  readonly rootKey: PublicKey;
  readonly endpoint: string | null;
  readonly documents: readonly CheckedDocument[];
  readonly treaties: number;
  readonly feed: { readonly sequence: number; readonly revoked: number } | null;
  /** Revocations that it imported from others. They are listed without their signed feeds. */
  readonly importedRevocations: number;
}

/**
 * Checks the genesis under `rootKey`, or under the root key it names itself when that is null; everything else under the
 * authority key of that genesis. Throws AppError `invalid_document`, `bad_public_key`, and `verification_refused` with the
 * decision on each document when any is refused.
 */
export function readTrustBundle(value: JsonValue, rootKey: PublicKey | null): TrustBundle {
  const fields = new Fields(value);
  if (fields.text("bundle_type") !== BUNDLE_TYPE)
    throw fields.fault("bundle_type", `expected ${BUNDLE_TYPE}`);
  const bundle = objectAt(value, []);
  const sovereignId = fields.text("sovereign_id");
  const genesis = parseGenesis(objectAt(bundle, ["genesis"]));
  const { network_authority: authority, root_public_key: root, network_name: name } = genesis.body;
  const keys = [authority.public_key];
  const treaties = listAt(bundle, ["connectome", "active_treaties"]).map(parseTreaty);
  const published = valueAt(bundle, ["revocation_feed", "payload"]);
  const feed = isJsonObject(published) ? parseFeed(published) : null;
  const documents = [
    check("genesis", name, name === sovereignId, genesis, [rootKey ?? root]),
    ...treaties.map((treaty) => {
      const { treaty_id, issuer_sovereign_id } = treaty.body;
      return check(
        "recognition_treaty",
        treaty_id,
        issuer_sovereign_id === sovereignId,
        treaty,
        keys,
      );
    }),
    ...(feed === null
      ? []
      : [
          check(
            "sovereign_revocation_feed",
            feed.body.feed_id,
            feed.body.issuer_sovereign_id === sovereignId,
            feed,
            keys,
          ),
        ]),
  ];
  refuseAny(documents);
  return {
    sovereignId,
    createdAt: fields.time("created_at"),
    authorityKey: parsePublicKey(authority.public_key),
    authorityUntil: authority.valid_to,
    rootKey: parsePublicKey(root),
    endpoint:
      textAt(bundle, ["sovereign_metadata", "endpoint"]) ?? textAt(bundle, ["source_endpoint"]),
    documents,
    treaties: treaties.length,
    feed:
      feed === null
        ? null
        : {
            sequence: Number(feed.body.sequence),
            revoked: feed.body.revoked_attestation_ids.length,
          },
    importedRevocations: listAt(bundle, ["connectome", "revoked_trust_material"]).filter(isImported)
      .length,
  };
}

function check<T extends DocumentBody>(
  type: CheckedDocument["type"],
  id: string,
  isOwn: boolean,
  document: Unverified<T>,
  keys: readonly string[],
): CheckedDocument {
  const decided = (reason: CheckedDocument["reason"]): CheckedDocument => ({
    type,
    id,
    accepted: reason === "accepted",
    reason,
  });
  if (!isOwn) return decided("wrong_issuer");
  if (document.signatures.length === 0) return decided("missing_signature");
  return decided(signatureHolds(document, keys) === null ? "invalid_signature" : "accepted");
}

function refuseAny(documents: readonly CheckedDocument[]): void {
  const refused = documents.filter((document) => !document.accepted);
  const [first] = refused;
  if (first === undefined) return;
  throw new AppError(
    "verification_refused",
    `${refused.length} of ${documents.length} documents in the bundle are refused; the first is ${first.type} ${first.id}: ${first.reason}`,
    {
      hint: "ask its publisher for the bundle again, over a channel you trust",
      details: { documents: documents.map((item) => ({ ...item })) },
    },
  );
}

function isImported(value: JsonValue): boolean {
  return textAt(value, ["type"]) === "membership_attestation";
}

function valueAt(value: JsonValue, path: readonly string[]): JsonValue {
  let found: JsonValue = value;
  for (const key of path) found = isJsonObject(found) ? (found[key] ?? null) : null;
  return found;
}

function objectAt(value: JsonValue, path: readonly string[]): JsonObject {
  const found = valueAt(value, path);
  if (isJsonObject(found)) return found;
  throw new AppError("invalid_document", `the bundle has no object at /${path.join("/")}`);
}

function listAt(value: JsonValue, path: readonly string[]): readonly JsonValue[] {
  const found = valueAt(value, path);
  if (isList(found)) return found;
  throw new AppError("invalid_document", `the bundle has no list at /${path.join("/")}`);
}

function textAt(value: JsonValue, path: readonly string[]): string | null {
  const found = valueAt(value, path);
  return typeof found === "string" ? found : null;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
