/** Whether a text is a revocation feed of ours, as it was written when it was signed. */
import { AppError } from "../errors.js";
import type { SovereignRevocationFeed, Verified } from "../model/documents.js";
import { documentJson, parseFeed } from "./documents.js";
import { parseJson } from "./json.js";
import { signatureHolds } from "./verify.js";

/**
 * The feed; null when it is not signed by `publicKey` in the name of `sovereignId`. What a signature does not cover, such as an
 * unknown field, is no less a trace that somebody has changed it: nobody else writes our own.
 */
export function ownFeed(
  json: string,
  { sovereignId, publicKey }: { readonly sovereignId: string; readonly publicKey: string },
): Verified<SovereignRevocationFeed> | null {
  try {
    const feed = parseFeed(parseJson(json));
    if (feed.body.issuer_sovereign_id !== sovereignId || documentJson(feed) !== json) return null;
    return signatureHolds(feed, [publicKey]);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
