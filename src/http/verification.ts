/** Whether what is served carries the signatures it should: the genesis, the treaties in our name, our own feed. */
import { AppError } from "../errors.js";
import type { JudgedTreaty } from "../connectome/judged-treaty.js";
import type { AuthorityRecord, TreatyRecord } from "../model/state.js";
import { parseGenesis, parseTreaty } from "../protocol/documents.js";
import { parseTimestamp, toInstant } from "../protocol/instant.js";
import { parseJson } from "../protocol/json.js";
import { ownFeed } from "../protocol/own-feed.js";
import { signatureHolds } from "../protocol/verify.js";
import type { Generation } from "./generation.js";

/** Judges each document once for as long as its text and its key are the same. */
export class Verification {
  readonly #treaties = new WeakMap<
    TreatyRecord,
    { readonly key: string; readonly holds: boolean }
  >();
  readonly #documents = new Map<string, { readonly asked: string; readonly holds: boolean }>();

  /** What does not hold, by name: `genesis`, `feed`, `treaty ID`. Before the first apply there is nothing to hold. */
  *failures(
    { authority, feedJson }: Pick<Generation, "authority" | "feedJson">,
    treaties: Iterable<JudgedTreaty>,
  ): Generator<void, readonly string[]> {
    if (authority === null) return [];
    const failures: string[] = [];
    const { sovereignId, publicKey, genesisJson } = authority;
    if (
      !this.#documentHolds("genesis", [genesisJson, sovereignId, publicKey], () =>
        isOurGenesis(authority),
      )
    )
      failures.push("genesis");
    yield;
    if (
      feedJson !== null &&
      !this.#documentHolds(
        "feed",
        [feedJson, sovereignId, publicKey],
        () => ownFeed(feedJson, authority) !== null,
      )
    )
      failures.push("feed");
    yield;
    let seen = 0;
    for (const judged of treaties) {
      if (isInForce(judged) && judged.treaty.issuer === sovereignId) {
        if (!this.#treatyHolds(judged.treaty, publicKey))
          failures.push(`treaty ${judged.treaty.id}`);
      }
      // A verification takes about a tenth of a millisecond.
      if ((seen += 1) % 16 === 0) yield;
    }
    return failures;
  }

  #treatyHolds(treaty: TreatyRecord, key: string): boolean {
    const known = this.#treaties.get(treaty);
    if (known?.key === key) return known.holds;
    const holds = isReadable(() => isSignedAsStored(treaty, key));
    this.#treaties.set(treaty, { key, holds });
    return holds;
  }

  #documentHolds(name: string, given: readonly string[], judge: () => boolean): boolean {
    const asked = JSON.stringify(given);
    const known = this.#documents.get(name);
    if (known?.asked === asked) return known.holds;
    const holds = isReadable(judge);
    this.#documents.set(name, { asked, holds });
    return holds;
  }
}

/** What has ended needs no signature any more: after a change of key it is not signed anew. */
function isInForce({ treaty, edge }: JudgedTreaty): boolean {
  return (
    treaty.status === "active" &&
    (edge.lifecycleState === "active" || edge.lifecycleState === "expiring_soon")
  );
}

/** The signature covers the document and not the row, so the row must say of it what the document says. */
function isSignedAsStored(treaty: TreatyRecord, key: string): boolean {
  const document = parseTreaty(parseJson(treaty.json));
  const { body } = document;
  return (
    body.treaty_id === treaty.id &&
    body.issuer_sovereign_id === treaty.issuer &&
    body.subject_sovereign_id === treaty.subject &&
    body.status === treaty.status &&
    toInstant(body.valid_from) === toInstant(parseTimestamp(treaty.validFrom)) &&
    toInstant(body.expires_at) === toInstant(parseTimestamp(treaty.expiresAt)) &&
    signatureHolds(document, [key]) !== null
  );
}

function isOurGenesis({ genesisJson, sovereignId, publicKey }: AuthorityRecord): boolean {
  const genesis = parseGenesis(parseJson(genesisJson));
  const { network_name, network_authority, root_public_key } = genesis.body;
  return (
    network_name === sovereignId &&
    network_authority.public_key === publicKey &&
    signatureHolds(genesis, [root_public_key]) !== null
  );
}

/** A document that cannot be read carries no signature. */
function isReadable(judge: () => boolean): boolean {
  try {
    return judge();
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
