/** Asks other sovereigns' public services, side by side and in bounded time, how far the newest feed has come. */
import { fetchFeed, type FetchOptions } from "../../feeds/fetch.js";
import type { SovereignRecord } from "../../model/state.js";
import { readConnectome, type ConnectomeAnswer } from "./answer.js";

/** At most so many requests at a time. */
const BESIDE = 16;

export type FeedReach = "imported" | "behind" | "unknown" | "unreachable";

/** The newest feed of the issuer, as far as anybody here knows. */
export interface NewestFeed {
  readonly issuer: string;
  /** Null: none is known. */
  readonly sequence: number | null;
  readonly revoked: readonly string[];
  /** `published`: our own; `fetched`: from the issuer, verified; `imported`: the newest that the state holds. */
  readonly origin: "published" | "fetched" | "imported" | "none";
  readonly message: string;
}

export interface AskedSovereign {
  readonly sovereign_id: string;
  readonly endpoint: string | null;
  readonly reach: FeedReach;
  /** The highest sequence of the issuer that it names. */
  readonly sequence: number | null;
  readonly behind_by: number | null;
  /** Revocations of the newest feed that it does not hold. */
  readonly missing: number | null;
  /** Whether it recognises the issuer at this moment; null: it was not heard. */
  readonly recognises: boolean | null;
  readonly message: string;
}

export interface Asked {
  readonly report: AskedSovereign;
  readonly answer: ConnectomeAnswer | null;
}

/** Asks each once. What has not answered when `signal` ends is unreachable. */
export async function askSovereigns(
  sovereigns: readonly SovereignRecord[],
  newest: NewestFeed,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const rest = sovereigns.entries();
  const worker = async (): Promise<void> => {
    for (const [index, sovereign] of rest)
      asked[index] = await askOne(sovereign, newest, options, signal);
  };
  await Promise.all(Array.from({ length: Math.min(BESIDE, sovereigns.length) }, worker));
  return asked;
}

async function askOne(
  { sovereignId, endpoint }: SovereignRecord,
  newest: NewestFeed,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Asked> {
  if (endpoint === null)
    return silent(sovereignId, endpoint, "unknown", "its Sovereign resource names no endpoint");
  const url = `${endpoint.replace(/\/+$/, "")}/connectome.json`;
  const fetched = await fetchFeed(url, null, options, signal);
  if (fetched.kind === "aborted")
    return silent(sovereignId, endpoint, "unreachable", "there was no time left to ask it");
  if (fetched.kind !== "body") {
    const why = fetched.kind === "failed" ? fetched.message : "it answered nothing";
    return silent(sovereignId, endpoint, "unreachable", why);
  }
  const answer = readConnectome(fetched.bytes, sovereignId, newest.issuer);
  if (answer === null)
    return silent(sovereignId, endpoint, "unknown", "its answer is no connectome");
  const report = { sovereign_id: sovereignId, endpoint, ...reachOf(answer, newest) };
  return { answer, report };
}

function silent(
  sovereign_id: string,
  endpoint: string | null,
  reach: FeedReach,
  message: string,
): Asked {
  const nothing = { sequence: null, behind_by: null, missing: null, recognises: null };
  return { answer: null, report: { sovereign_id, endpoint, reach, ...nothing, message } };
}

/**
 * A connectome names the feed of each revocation and not the newest feed, which may revoke nothing new: it has been imported
 * where all that it revokes is revoked.
 */
export function reachOf(
  answer: ConnectomeAnswer,
  newest: NewestFeed,
): Omit<AskedSovereign, "sovereign_id" | "endpoint"> {
  const { recognises, sequence } = answer;
  const missing = newest.revoked.filter((id) => !answer.revoked.has(id)).length;
  const facts = { sequence, missing, recognises };
  if (newest.sequence === null)
    return { ...facts, reach: "unknown", behind_by: null, message: newest.message };
  if (sequence !== null && sequence > newest.sequence && missing > 0)
    return {
      ...facts,
      reach: "unknown",
      behind_by: null,
      message: `it names sequence ${sequence}, newer than any known here, and yet ${missing} of ${newest.revoked.length} revocations are not in force there`,
    };
  if (sequence !== null && sequence > newest.sequence)
    return {
      ...facts,
      reach: "imported",
      behind_by: 0,
      message: `it has sequence ${sequence}, which is newer than any known here`,
    };
  if (newest.revoked.length === 0)
    return {
      ...facts,
      reach: "unknown",
      behind_by: null,
      message: "the newest feed revokes nothing, so nothing shows whether it was imported",
    };
  if (missing === 0)
    return { ...facts, reach: "imported", behind_by: 0, message: "all that it revokes is revoked" };
  return {
    ...facts,
    reach: "behind",
    behind_by: newest.sequence - (sequence ?? 0),
    message: `${missing} of ${newest.revoked.length} revocations are not in force there`,
  };
}
