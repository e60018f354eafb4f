/** A trust bundle that another sovereign published: every signature in it checked, and what it holds. */
import { AppError } from "../errors.js";
import type {
  DocumentBody,
  GenesisBlock,
  PublicKey,
  RecognitionTreaty,
  SovereignRevocationFeed,
  Unverified,
  Verified,
} from "../model/documents.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import type { Timestamp } from "../model/time.js";
import { parseFeed, parseGenesis, parseTreaty } from "../protocol/documents.js";
import { parseTimestamp } from "../protocol/instant.js";
import { isJsonObject, parseJson } from "../protocol/json.js";
import { parsePublicKey } from "../protocol/public-key.js";
import { signatureHolds } from "../protocol/verify.js";

/**
 * What a bundle holds, all of it signed by the keys that the bundle itself names. That makes it consistent, not true:
 * the keys must be confirmed from a second source before a treaty rests on them (the reference's RFC-003 says so too).
 */
export interface TrustBundle {
  readonly sovereignId: string;
  readonly endpoint: string | null;
  readonly createdAt: Timestamp;
  readonly rootPublicKey: PublicKey;
  readonly authorityPublicKey: PublicKey;
  readonly genesis: Verified<GenesisBlock>;
  readonly treaties: readonly Verified<RecognitionTreaty>[];
  readonly feed: Verified<SovereignRevocationFeed> | null;
  /** Revocations that the sovereign imported from others; they are not signed by it. */
  readonly importedRevocations: number;
}

function member(container: JsonValue | undefined, name: string): JsonValue | undefined {
  return isJsonObject(container) ? container[name] : undefined;
}

function broken(message: string): AppError {
  return new AppError("invalid_document", `the trust bundle ${message}`, {
    hint: "export it again with the publisher's own tool, and compare its checksum with the publisher",
  });
}

function text(container: JsonValue | undefined, name: string): string {
  const value = member(container, name);
  if (typeof value !== "string") throw broken(`has no ${name}`);
  return value;
}

function list(container: JsonValue | undefined, name: string): readonly JsonValue[] {
  const value = member(container, name) ?? [];
  if (!Array.isArray(value)) throw broken(`has a ${name} that is not a list`);
  return value;
}

function verified<T extends DocumentBody>(document: Unverified<T>, key: string, what: string): Verified<T> {
  const holds = signatureHolds(document, [key]);
  if (holds !== null) return holds;
  const reason = document.signatures.length === 0 ? "missing_signature" : "invalid_signature";
  throw new AppError("verification_refused", `${what}: ${reason}`, {
    hint: "do not use this bundle; ask its publisher for another, over another channel",
    details: { document: what, reason },
  });
}

function assertEqual(found: string, expected: string, what: string): void {
  if (found !== expected) throw broken(`names ${found} as ${what}, and ${expected} elsewhere`);
}

/** A treaty of the bundle, issued by the sovereign whose bundle it is. */
function readTreaty(value: JsonValue, sovereignId: string, key: string): Verified<RecognitionTreaty> {
  const treaty = parseTreaty(value);
  assertEqual(treaty.body.issuer_sovereign_id, sovereignId, "issuer of a treaty");
  return verified(treaty, key, `treaty ${treaty.body.treaty_id}`);
}

function readFeed(section: JsonValue | undefined, sovereignId: string, key: string): Verified<SovereignRevocationFeed> | null {
  if (member(section, "status") !== "ok") return null;
  const payload = member(section, "payload");
  if (payload === undefined) throw broken("says its feed is ok and holds none");
  const feed = parseFeed(payload);
  assertEqual(feed.body.issuer_sovereign_id, sovereignId, "issuer of the feed");
  return verified(feed, key, `feed ${feed.body.feed_id}`);
}

function endpointOf(bundle: JsonObject): string | null {
  const endpoint = member(bundle["sovereign_metadata"], "endpoint") ?? bundle["source_endpoint"];
  return typeof endpoint === "string" ? endpoint : null;
}

/**
 * Reads a bundle of type `genesis-mesh.trust-bundle`, version v1, and verifies genesis, treaties and feed.
 * Throws `invalid_json`, `invalid_document`, `bad_public_key`, or `verification_refused` for the first bad signature.
 */
export function readTrustBundle(bytes: Uint8Array): TrustBundle {
  const bundle = parseJson(bytes);
  if (!isJsonObject(bundle) || bundle["bundle_type"] !== "genesis-mesh.trust-bundle") {
    throw broken("is not of type genesis-mesh.trust-bundle");
  }
  if (bundle["bundle_version"] !== "v1") throw broken("is not of version v1");
  const sovereignId = text(bundle, "sovereign_id");
  const unverified = parseGenesis(bundle["genesis"] ?? null);
  const genesis = verified(unverified, unverified.body.root_public_key, "genesis");
  const authorityPublicKey = parsePublicKey(genesis.body.network_authority.public_key);
  assertEqual(genesis.body.network_name, sovereignId, "its network");
  const metadata = bundle["sovereign_metadata"];
  assertEqual(text(member(metadata, "network_authority"), "public_key"), authorityPublicKey, "its authority's key");
  const connectome = bundle["connectome"];
  const material = list(connectome, "revoked_trust_material");
  return {
    sovereignId,
    endpoint: endpointOf(bundle),
    createdAt: parseTimestamp(text(bundle, "created_at")),
    rootPublicKey: parsePublicKey(genesis.body.root_public_key),
    authorityPublicKey,
    genesis,
    treaties: list(connectome, "active_treaties").map((value) => readTreaty(value, sovereignId, authorityPublicKey)),
    feed: readFeed(bundle["revocation_feed"], sovereignId, authorityPublicKey),
    importedRevocations: material.filter((item) => member(item, "type") === "membership_attestation").length,
  };
}
