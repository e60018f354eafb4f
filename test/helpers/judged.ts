/** Feeds of GLOBEX and a history to judge them by. */
import { judgeFeed, type FeedVerdict, type Trial } from "../../src/feeds/judge.js";
import type { SovereignRevocationFeed, Verified } from "../../src/model/documents.js";
import type { FeedRecord } from "../../src/model/state.js";
import { parseFeed } from "../../src/protocol/documents.js";
import { parseTimestamp, toInstant } from "../../src/protocol/instant.js";
import { parseJson } from "../../src/protocol/json.js";
import { signatureHolds } from "../../src/protocol/verify.js";
import { keyOf } from "./keys.js";
import { feedJson } from "./signed.js";

export const NOW = toInstant(parseTimestamp("2026-11-23T00:00:00Z"));

/** The imported feeds of GLOBEX, those of it that git refused, and the imported ones of others. */
export interface History {
  readonly imported?: readonly string[];
  readonly rejected?: readonly string[];
  readonly foreign?: readonly string[];
}

function recordOf(json: string): FeedRecord {
  const { feed_id, issuer_sovereign_id, sequence } = parseFeed(parseJson(json)).body;
  const issuer = issuer_sovereign_id;
  return { feedId: feed_id, issuer, sequence: Number(sequence), json, importedAt: "" };
}

export function trial(
  { imported = [], rejected = [], foreign = [] }: History = {},
  more: Partial<Trial> = {},
): Trial {
  const feeds = imported.map(recordOf);
  const all = [...feeds, ...foreign.map(recordOf)];
  return {
    issuer: "GLOBEX",
    keys: [keyOf("globex").publicKey],
    suspended: false,
    known: {
      highestSequence:
        feeds.length === 0 ? null : Math.max(...feeds.map(({ sequence }) => sequence)),
      imported: (sequence) => feeds.find((feed) => feed.sequence === sequence) ?? null,
      bearing: (id) => all.find(({ feedId }) => feedId === id) ?? null,
      rejected: () =>
        rejected
          .map(recordOf)
          .map(({ importedAt, ...feed }) => ({ ...feed, rejectedAt: importedAt })),
    },
    maxSequenceJump: 10_000,
    now: NOW,
    ...more,
  };
}

export function judge(json: string, history: History = {}, more: Partial<Trial> = {}): FeedVerdict {
  return judgeFeed(Buffer.from(json), trial(history, more));
}

/** A feed of GLOBEX that revokes these ids. */
export function revoking(
  sequence: number | bigint,
  ids: readonly string[],
  more: Partial<SovereignRevocationFeed> = {},
): string {
  return feedJson({
    feed_id: `feed-${sequence}`,
    sequence,
    revoked_attestation_ids: ids.toSorted(),
    revocation_reasons: Object.fromEntries(ids.map((id) => [id, "left"])),
    ...more,
  });
}

export const AT_7 = revoking(7, ["a", "b"]);

/** What AT_7 says, signed anew as the reference does at each request. */
export const AGAIN_7 = revoking(7, ["a", "b"], {
  feed_id: "again-7",
  issued_at: parseTimestamp("2026-11-22T00:00:00Z"),
});

export const VERIFIED_7 = verified(AT_7);

/** With the proof that GLOBEX signed it. */
export function verified(json: string): Verified<SovereignRevocationFeed> {
  const document = signatureHolds(parseFeed(parseJson(json)), [keyOf("globex").publicKey]);
  if (document === null) throw new Error("GLOBEX did not sign it");
  return document;
}
