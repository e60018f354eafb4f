/** Signs our own feed anew while nothing changes, for a partner with a `maxAge` takes silence for a fault. */
import { auditEvent } from "../audit/events.js";
import type { Instant, Seconds } from "../model/time.js";
import { fromInstant, plusSeconds, toInstant } from "../protocol/instant.js";
import { uuid4 } from "../protocol/uuid.js";
import { assertAuthorityKey } from "../sign/authority-key.js";
import type { PrivateKey } from "../sign/private-key.js";
import { signDocument } from "../sign/sign-document.js";
import { verifiedFeed } from "../state/published-feed.js";
import type { StateWriter } from "../state/writer.js";
import { feedPublished, nextFeed } from "./own-feed.js";

export interface OwnFeedRefresh {
  /** Asked only when something is to be signed. */
  readonly key: () => PrivateKey;
  readonly now: Instant;
  readonly random: (length: number) => Uint8Array;
  /** A feed is signed anew when it is older than this. */
  readonly refreshSeconds: Seconds;
}

/** Null: none was published yet. */
type IssuedAt = Instant | "altered" | null;

/** What was published when the state was last looked at: a pass over an unchanged state need not read it again. */
const published = new WeakMap<StateWriter, { generation: number; issuedAt: IssuedAt }>();

/**
 * Publishes the feed that stands under the next sequence, in one commit with its event. One that is not as it was signed is
 * replaced at once, by what is revoked. Gives the generation it made, or null when none was published yet or it is young enough.
 * Throws as `commit`, `authority_key_mismatch`, and as `key` does.
 */
export function refreshOwnFeed(
  writer: StateWriter,
  { key: keyOf, now, random, refreshSeconds }: OwnFeedRefresh,
): number | null {
  const generation = writer.generation();
  const known = published.get(writer);
  const isKnown = known?.generation === generation;
  const issuedAt = isKnown ? known.issuedAt : issuedAtOf(writer);
  if (!isKnown) published.set(writer, { generation, issuedAt });
  if (issuedAt === null) return null;
  if (issuedAt !== "altered" && now < plusSeconds(issuedAt, refreshSeconds)) return null;
  const row = writer.publishedFeed();
  const authority = writer.authority();
  if (row === null || authority === null) return null;
  const key = keyOf();
  assertAuthorityKey(key, authority.publicKey);
  const last = verifiedFeed(row, authority);
  const feed =
    last === null
      ? nextFeed(
          { authority, attestations: writer.revokedAttestations() },
          [],
          row,
          { authority, key, now },
          random,
        )
      : signDocument(
          {
            ...last.body,
            feed_id: uuid4(random(16)),
            sequence: row.sequence + 1,
            issued_at: fromInstant(now),
            issued_by: authority.keyId,
          },
          authority.keyId,
          key,
        );
  if (feed === null) return null;
  const { type, details } = feedPublished(feed);
  return writer.commit(
    {
      operations: [{ do: "publish_feed", feed }],
      notes: [],
      events: [auditEvent(type, details, now, random(16))],
      applied: null,
    },
    { generation },
  );
}

function issuedAtOf(writer: StateWriter): IssuedAt {
  const row = writer.publishedFeed();
  const authority = writer.authority();
  if (row === null || authority === null) return null;
  const feed = verifiedFeed(row, authority);
  return feed === null ? "altered" : toInstant(feed.body.issued_at);
}
