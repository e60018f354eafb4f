/** Our own revocation feed: signed once per change of what is revoked, with a sequence that only rises (protocol.md 10). */
import { AppError } from "../errors.js";
import type { SovereignRevocationFeed, Verified } from "../model/documents.js";
import type { Operation, Snapshot } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { documentDigest, parseFeed } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";
import { uuid4 } from "../protocol/uuid.js";
import { signDocument } from "../sign/sign-document.js";
import type { Recorded, Signing } from "./batch.js";
import { verifiedFeed, type PublishedFeed } from "../state/published-feed.js";
import { draftFeed } from "./documents.js";

/** What a feed takes of `Signing`. */
export interface FeedSigning extends Pick<Signing, "key" | "now"> {
  readonly authority: Pick<Signing["authority"], "sovereignId" | "keyId" | "publicKey">;
}

/**
 * Every attestation of ours that is revoked once the operations are done, with its reason. What was published once stays:
 * a row that was lost or changed outside git must not tell our partners that a revocation is taken back.
 */
function revokedAfter(
  attestations: Snapshot["attestations"],
  operations: readonly Operation[],
  published: SovereignRevocationFeed | null,
  sovereignId: string,
): Map<string, string> {
  const reasons = published?.revocation_reasons ?? {};
  const revoked = new Map(
    (published?.revoked_attestation_ids ?? []).map((id) => [id, reasons[id] ?? "unspecified"]),
  );
  for (const row of attestations) {
    if (row.issuer === sovereignId && row.status === "revoked")
      revoked.set(row.id, row.reason ?? "unspecified");
  }
  for (const operation of operations) {
    if (operation.do === "revoke_attestation") revoked.set(operation.id, operation.reason);
  }
  return revoked;
}

/** The event of a feed that is published. */
export function feedPublished(feed: Verified<SovereignRevocationFeed>): Recorded {
  const { feed_id, sequence, revoked_attestation_ids } = feed.body;
  const document_digest = documentDigest(feed);
  const details = {
    feed_id,
    sequence,
    revoked_count: revoked_attestation_ids.length,
    document_digest,
  };
  return { type: "sovereign_revocation_feed_published", details };
}

/** Null for what is no feed any more. */
function feedIn({ json }: PublishedFeed): SovereignRevocationFeed | null {
  try {
    return parseFeed(parseJson(json)).body;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function says(published: SovereignRevocationFeed, next: SovereignRevocationFeed): boolean {
  const content = (feed: SovereignRevocationFeed): string =>
    canonicalJson([
      feed.issuer_sovereign_id,
      feed.issued_by,
      feed.revoked_attestation_ids,
      feed.revocation_reasons,
    ]);
  return content(published) === content(next);
}

/**
 * The next feed to publish, or null when the one that stands says the same. One that is not as we have signed it is replaced,
 * and what can be read of it counts: a revocation is never taken back.
 */
export function nextFeed(
  snapshot: Pick<Snapshot, "authority" | "attestations">,
  operations: readonly Operation[],
  published: PublishedFeed | null,
  signing: FeedSigning,
  random: (length: number) => Uint8Array,
): Verified<SovereignRevocationFeed> | null {
  const { authority, key, now } = signing;
  const last = published === null ? null : feedIn(published);
  const revoked = revokedAfter(snapshot.attestations, operations, last, authority.sovereignId);
  // An empty feed starts at 0 as the reference's does, so that the first revocation is 1 for everyone.
  const sequence = published === null ? Math.min(revoked.size, 1) : published.sequence + 1;
  const body = draftFeed(authority, { feedId: uuid4(random(16)), sequence, revoked, now });
  const keyChanged =
    snapshot.authority !== null && snapshot.authority.publicKey !== authority.publicKey;
  const stands =
    published !== null &&
    snapshot.authority !== null &&
    verifiedFeed(published, snapshot.authority) !== null;
  if (stands && last !== null && !keyChanged && says(last, body)) return null;
  return signDocument(body, authority.keyId, key);
}
