/** Signs our own feed anew while nothing changes, for a partner with a `maxAge` takes silence for a fault. */
import { auditEvent } from "../audit/events.js";
import { AppError } from "../errors.js";
import type { SovereignRevocationFeed } from "../model/documents.js";
import type { Instant, Seconds } from "../model/time.js";
import { parseFeed } from "../protocol/documents.js";
import { fromInstant, plusSeconds, toInstant } from "../protocol/instant.js";
import { parseJson } from "../protocol/json.js";
import { uuid4 } from "../protocol/uuid.js";
import { assertAuthorityKey } from "../sign/authority-key.js";
import type { PrivateKey } from "../sign/private-key.js";
import { signDocument } from "../sign/sign-document.js";
import type { StateWriter } from "../state/writer.js";

export interface OwnFeedRefresh {
  /** Asked only when something is to be signed. */
  readonly key: () => PrivateKey;
  readonly now: Instant;
  readonly random: (length: number) => Uint8Array;
  /** A feed is signed anew when it is older than this. */
  readonly refreshSeconds: Seconds;
}

/** What was published when the state was last looked at: a pass over an unchanged state need not read it again. */
const published = new WeakMap<StateWriter, { generation: number; issuedAt: Instant | null }>();

/**
 * Publishes the feed that stands under the next sequence, in one commit with its event. Gives the generation it made, or null
 * when none was published yet or it is young enough. Throws as `commit`, `authority_key_mismatch`, and as `key` does.
 */
export function refreshOwnFeed(
  writer: StateWriter,
  { key: keyOf, now, random, refreshSeconds }: OwnFeedRefresh,
): number | null {
  const generation = writer.generation();
  const known = published.get(writer);
  const isKnown = known?.generation === generation;
  const issuedAt = isKnown ? known.issuedAt : issuedAtOf(latest(writer));
  if (!isKnown) published.set(writer, { generation, issuedAt });
  if (issuedAt === null || now < plusSeconds(issuedAt, refreshSeconds)) return null;
  const last = latest(writer);
  const authority = writer.authority();
  if (last === null || authority === null) return null;
  const key = keyOf();
  assertAuthorityKey(key, authority.publicKey);
  const sequence = last.sequence + 1;
  const body: SovereignRevocationFeed = {
    ...last.body,
    feed_id: uuid4(random(16)),
    sequence,
    issued_at: fromInstant(now),
    issued_by: authority.keyId,
  };
  const details = {
    feed_id: body.feed_id,
    sequence,
    revoked_count: body.revoked_attestation_ids.length,
  };
  return writer.commit(
    {
      operations: [{ do: "publish_feed", feed: signDocument(body, authority.keyId, key) }],
      notes: [],
      events: [auditEvent("sovereign_revocation_feed_published", details, now, random(16))],
      applied: null,
    },
    { generation },
  );
}

interface Published {
  readonly sequence: number;
  readonly body: SovereignRevocationFeed;
}

function latest(writer: StateWriter): Published | null {
  const row = writer.publishedFeed();
  if (row === null) return null;
  try {
    return { sequence: row.sequence, body: parseFeed(parseJson(row.json)).body };
  } catch (cause) {
    throw new AppError("state_corrupt", `our feed ${row.sequence} cannot be read`, { cause });
  }
}

function issuedAtOf(feed: Published | null): Instant | null {
  return feed === null ? null : toInstant(feed.body.issued_at);
}
