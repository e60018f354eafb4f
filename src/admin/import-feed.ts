/** Imports a foreign feed that an operator brings: judged as a polled one is, under the keys that the state knows. */
import { AppError, type ErrorCode } from "../errors.js";
import { judgeFeed, type RefusedFeed } from "../feeds/judge.js";
import { knownFeeds } from "../feeds/known-feeds.js";
import type { ImportFeed } from "../model/admin.js";
import type { PublicKey, SovereignRevocationFeed } from "../model/documents.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import type { Note } from "../model/state.js";
import { canonicalJson } from "../protocol/canonical.js";
import { sha256 } from "../protocol/digest.js";
import { documentDigest, parseFeed, parseTreaty } from "../protocol/documents.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import { parseJson } from "../protocol/json.js";
import { parsePublicKey } from "../protocol/public-key.js";
import { verifyTreaty } from "../protocol/verify.js";
import { isId, publicKeys } from "./grant-terms.js";
import { askedBy, effect, type Outcome, type Situation } from "./outcome.js";

interface Trusted {
  readonly keys: readonly PublicKey[];
  /** In the words of the reference. */
  readonly basis: "recognized_issuer_keys" | "caller_supplied_keys";
}

/** The codes of the reference, and ours for what it does not look at. */
const CODES: Readonly<Record<RefusedFeed["result"], ErrorCode>> = {
  malformed: "invalid_sovereign_revocation_feed",
  wrong_issuer: "wrong_issuer",
  stale_sequence: "stale_sequence",
  missing_signature: "missing_signature",
  invalid_signature: "invalid_signature",
  equivocation: "equivocation",
  sequence_jump: "sequence_jump",
  rejected_by_git: "rejected_by_git",
  from_the_future: "from_the_future",
};

/**
 * Throws AppError `invalid_sovereign_revocation_feed`, `wrong_issuer`, `feed_suspended`, `missing_issuer_public_keys`,
 * `caller_keys_not_accepted`, `invalid_public_keys`. What a signed feed is refused for is the outcome's result: it may come
 * with evidence.
 */
export function importFeed(action: ImportFeed, situation: Situation): Outcome {
  const { state, authority, now } = situation;
  const feed = read(action.feed);
  const { issuer_sovereign_id: issuer } = feed;
  // Under the caller's keys anything may stand there, and it goes into the state and the audit.
  if (!isId(issuer))
    throw new AppError("invalid_sovereign_revocation_feed", "the issuer is no id of a sovereign");
  if (action.expectedIssuer !== null && issuer !== action.expectedIssuer)
    throw new AppError("wrong_issuer", "wrong_issuer", { details: named(feed) });
  if (issuer === authority.sovereignId)
    throw new AppError("wrong_issuer", "our own feed is published here, and not imported");
  const trusted = trustedKeys(feed, action.issuerPublicKeys, situation);
  const bytes = Buffer.from(canonicalJson(action.feed), "latin1");
  const verdict = judgeFeed(bytes, {
    issuer,
    keys: trusted.keys,
    suspended: state.sovereign(issuer)?.feed.suspend ?? false,
    known: knownFeeds(state, issuer),
    maxSequenceJump: authority.policy.maxSequenceJump,
    now,
  });
  switch (verdict.result) {
    case "imported":
      return imported(verdict.feed, verdict.sequence, trusted, situation);
    case "malformed":
      // Its id is not one that the audit could name.
      throw new AppError(CODES[verdict.result], verdict.message);
    case "suspended":
      throw new AppError("feed_suspended", `feed.suspend is set for ${issuer}`);
    case "unchanged":
    case "refreshed": {
      const message = `sequence ${feed.sequence} is imported already`;
      const again = { result: "stale_sequence", message, evidence: null } as const;
      return refused(feed, again, trusted, situation);
    }
    default:
      return refused(feed, verdict, trusted, situation, bytes);
  }
}

function read(value: JsonValue): SovereignRevocationFeed {
  try {
    return parseFeed(value).body;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError("invalid_sovereign_revocation_feed", "Invalid sovereign revocation feed", {
      details: error.details,
      cause: error,
    });
  }
}

/**
 * The keys that the state knows of the issuer. Keys of the caller's may only repeat them; they count by themselves for an
 * issuer of whom the state knows none, as at the reference: a feed takes trust away, and gives none.
 */
function trustedKeys(
  feed: SovereignRevocationFeed,
  supplied: readonly string[] | null,
  situation: Situation,
): Trusted {
  const { issuer_sovereign_id: issuer } = feed;
  const { state } = situation;
  const known = new Set([
    ...recognizedKeys(issuer, situation),
    ...(state.sovereign(issuer)?.publicKeys ?? []),
  ]);
  if (known.size > 0) {
    if (supplied !== null && supplied.some((key) => !known.has(key as PublicKey)))
      throw new AppError("caller_keys_not_accepted", `the keys of ${issuer} are known here`, {
        details: { issuer_sovereign_id: issuer },
      });
    return { keys: [...known], basis: "recognized_issuer_keys" };
  }
  if (supplied === null || supplied.length === 0)
    throw new AppError("missing_issuer_public_keys", "missing_issuer_public_keys", {
      details: { issuer_sovereign_id: issuer },
    });
  return { keys: publicKeys(supplied, "invalid_public_keys"), basis: "caller_supplied_keys" };
}

/** Those that our treaties with the issuer name, while they are in force and carry our signature. */
function recognizedKeys(
  subject: string,
  { state, authority, now }: Situation,
): readonly PublicKey[] {
  const issuer = authority.sovereignId;
  return state.treatiesBetween(issuer, subject).flatMap((row) => {
    if (row.status !== "active") return [];
    const treaty = readable(() => parseTreaty(parseJson(row.json)));
    if (treaty === null) return [];
    const decision = verifyTreaty(treaty, [authority.publicKey], { now, issuer, subject });
    if (!decision.accepted) return [];
    return treaty.body.subject_public_keys.flatMap((text) => {
      const key = readable(() => parsePublicKey(text));
      return key === null ? [] : [key];
    });
  });
}

/** Null for what somebody wrote into the state that is none. */
function readable<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function imported(
  feed: Extract<ReturnType<typeof judgeFeed>, { readonly result: "imported" }>["feed"],
  sequence: number,
  { basis }: Trusted,
  situation: Situation,
): Outcome {
  const { feed_id, issuer_sovereign_id, revoked_attestation_ids } = feed.body;
  const accepted = { accepted: true, reason: "accepted" };
  const about = { feed_id, issuer_sovereign_id, sequence };
  const count = { revoked_count: revoked_attestation_ids.length };
  return effect(
    [{ do: "import_feed", feed, at: toOffsetForm(fromInstant(situation.now)) }],
    [
      {
        type: "sovereign_revocation_feed_imported",
        details: {
          ...about,
          ...accepted,
          ...count,
          document_digest: documentDigest(feed),
          trust_basis: basis,
          ...askedBy(situation),
        },
      },
    ],
    { status: 200, body: { ...accepted, ...about, ...count } },
  );
}

function refused(
  feed: SovereignRevocationFeed,
  { result, message, evidence }: Pick<RefusedFeed, "result" | "message" | "evidence">,
  { basis }: Trusted,
  situation: Situation,
  bytes: Uint8Array = Buffer.alloc(0),
): Outcome {
  const details = {
    ...named(feed),
    accepted: false,
    reason: result,
    trust_basis: basis,
    ...askedBy(situation),
  };
  const proof: readonly Note[] =
    evidence === null
      ? []
      : [
          {
            do: "keep_evidence",
            evidence: {
              issuer: feed.issuer_sovereign_id,
              feedId: feed.feed_id,
              sequence: String(feed.sequence),
              digest: sha256(bytes),
              json: Buffer.from(bytes).toString("latin1"),
              reason: evidence,
              receivedAt: fromInstant(situation.now),
            },
          },
        ];
  return {
    operations: [],
    notes: proof,
    events: [{ type: "sovereign_revocation_feed_rejected", details }],
    result: new AppError(CODES[result], message, { details: named(feed) }),
  };
}

function named({ feed_id, issuer_sovereign_id, sequence }: SovereignRevocationFeed): JsonObject {
  return { feed_id, issuer_sovereign_id, sequence };
}
