/** The newest feed of an issuer, as far as anybody can know it: our own, or what the issuer itself publishes. */
import { fetchFeed, type FetchOptions } from "../../feeds/fetch.js";
import { bodyOf } from "../../feeds/known-feeds.js";
import type { SovereignRecord, Snapshot } from "../../model/state.js";
import { AppError } from "../../errors.js";
import { parseFeed } from "../../protocol/documents.js";
import { parseJson } from "../../protocol/json.js";
import { verifyFeed } from "../../protocol/verify.js";
import type { StateReader } from "../../state/reader.js";
import type { NewestFeed } from "./ask.js";

/** `issuer` is ours, or a sovereign whose feed is fetched where its resource says, and verified. Null: nothing is fetched. */
export async function newestFeed(
  reader: Pick<StateReader, "publishedFeed">,
  snapshot: Snapshot,
  issuer: string,
  options: FetchOptions | null,
  signal: AbortSignal,
): Promise<NewestFeed> {
  if (issuer === snapshot.authority?.sovereignId) return published(reader, issuer);
  const imported = newestImported(snapshot, issuer);
  if (options === null)
    return { ...imported, message: `${imported.message}; ${issuer} was not asked` };
  const sovereign = snapshot.sovereigns.find((row) => row.sovereignId === issuer);
  const url = sovereign === undefined ? null : urlOf(sovereign);
  if (sovereign === undefined || url === null)
    return { ...imported, message: `${imported.message}; no address of ${issuer} is known` };
  const fetched = await fetchFeed(url, null, options, signal);
  if (fetched.kind !== "body") {
    const why = fetched.kind === "failed" ? fetched.message : "no answer";
    return { ...imported, message: `${imported.message}; ${issuer} was not reached: ${why}` };
  }
  const read = verified(fetched.bytes, sovereign);
  if (typeof read === "string")
    return { ...imported, message: `${imported.message}; what ${issuer} serves is ${read}` };
  if ((read.sequence ?? 0) >= (imported.sequence ?? 0)) return read;
  return {
    ...imported,
    message: `${imported.message}; ${issuer} serves the older ${read.sequence}`,
  };
}

/** Where it says, or at the path of the protocol (protocol.md 7). */
function urlOf({ feed, endpoint }: SovereignRecord): string | null {
  if (feed.url !== null) return feed.url;
  return endpoint === null ? null : `${endpoint.replace(/\/+$/, "")}/sovereign-revocation-feed`;
}

function published(reader: Pick<StateReader, "publishedFeed">, issuer: string): NewestFeed {
  const own = reader.publishedFeed();
  if (own === null)
    return { issuer, sequence: null, revoked: [], origin: "none", message: "none is published" };
  const { revoked_attestation_ids } = parseFeed(parseJson(own.json)).body;
  return {
    issuer,
    sequence: own.sequence,
    revoked: revoked_attestation_ids,
    origin: "published",
    message: `sequence ${own.sequence}, published here`,
  };
}

function newestImported({ feeds }: Snapshot, issuer: string): NewestFeed {
  const newest = feeds
    .filter((row) => row.issuer === issuer)
    .toSorted((a, b) => b.sequence - a.sequence)[0];
  if (newest === undefined)
    return {
      issuer,
      sequence: null,
      revoked: [],
      origin: "none",
      message: `no feed of ${issuer} is imported here`,
    };
  return {
    issuer,
    sequence: newest.sequence,
    revoked: bodyOf(newest).revoked_attestation_ids,
    origin: "imported",
    message: `sequence ${newest.sequence}, the newest that is imported here`,
  };
}

function verified(
  bytes: Uint8Array,
  { sovereignId: issuer, publicKeys }: SovereignRecord,
): NewestFeed | string {
  try {
    const feed = parseFeed(parseJson(bytes));
    const decision = verifyFeed(feed, publicKeys, { issuer });
    if (!decision.accepted) return `refused: ${decision.reason}`;
    const { sequence, revoked_attestation_ids: revoked } = feed.body;
    const message = `sequence ${sequence}, fetched from ${issuer} and verified`;
    return { issuer, sequence: Number(sequence), revoked, origin: "fetched", message };
  } catch (error) {
    if (error instanceof AppError) return "no feed";
    throw error;
  }
}
