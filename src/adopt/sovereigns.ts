/** The foreign sovereigns that treaties and feeds lean on. A resource names a sovereign's keys once, for all of them. Pure. */
import type { RecognitionTreaty, SovereignRevocationFeed, Verified } from "../model/documents.js";
import { AppError } from "../errors.js";
import type { Instant } from "../model/time.js";
import { sortedSet } from "../protocol/code-points.js";
import { parseTimestamp, toInstant } from "../protocol/instant.js";
import { parsePublicKey } from "../protocol/public-key.js";
import { signatureHolds } from "../protocol/verify.js";
import type { DraftedResource } from "./drafted-resource.js";
import { keysOf, namesOf, type ExistingTree } from "./existing-tree.js";
import { Names, slugOf } from "./names.js";
import { resourceText } from "./resource-text.js";
import type { HeldTreaty } from "./judge-row.js";
import type { VerifiedRows } from "./verify-rows.js";

interface Refusal {
  readonly reason: string;
  readonly fault: string;
}

interface Sovereign {
  readonly name: string;
  readonly keys: readonly string[];
  /** Null: the tree has it already. */
  readonly text: string | null;
}

export class Sovereigns {
  readonly #known = new Map<string, Sovereign | Refusal>();
  readonly #used = new Set<string>();

  constructor(rows: VerifiedRows, tree: ExistingTree, now: Instant) {
    const names = new Names(namesOf(tree, "Sovereign"));
    const owners = new Map<string, string>([[rows.publicKey, rows.sovereignId]]);
    for (const resource of tree.resources) {
      if (resource.kind === "OperatorKey") owners.set(resource.spec.publicKey, resource.spec.keyId);
      if (resource.kind !== "Sovereign") continue;
      const { sovereignId, publicKeys } = resource.spec;
      for (const key of publicKeys) owners.set(key, sovereignId);
      this.#known.set(sovereignId, {
        name: resource.name,
        keys: sortedSet(keysOf(tree).get(sovereignId) ?? []),
        text: null,
      });
    }
    for (const [id, keys] of keysToName(rows.treaties, now)) {
      if (id === rows.sovereignId) this.#known.set(id, ITSELF);
      else if (!this.#known.has(id)) this.#known.set(id, draft(id, keys, names, owners));
    }
  }

  /** The name of the sovereign that a treaty recognises, when the treaty names just the keys that its resource does. */
  nameFor(body: RecognitionTreaty): { readonly name: string } | Refusal {
    const sovereign = this.#known.get(body.subject_sovereign_id);
    if (sovereign === undefined || "fault" in sovereign) return sovereign ?? UNKNOWN;
    const keys = sortedSet(body.subject_public_keys);
    const isSame =
      keys.length === sovereign.keys.length &&
      keys.every((key, index) => key === sovereign.keys[index]);
    if (!isSame) return KEYS_DIFFER;
    this.#used.add(body.subject_sovereign_id);
    return { name: sovereign.name };
  }

  /** The name of a feed's issuer, when a key of its resource has signed the feed. */
  nameForFeed(
    issuer: string,
    feed: Verified<SovereignRevocationFeed>,
  ): { readonly name: string } | Refusal {
    const sovereign = this.#known.get(issuer);
    if (sovereign === undefined || "fault" in sovereign) return sovereign ?? UNKNOWN;
    if (signatureHolds(feed, sovereign.keys) === null) return KEYS_DIFFER;
    this.#used.add(issuer);
    return { name: sovereign.name };
  }

  /** The resources that are needed and not in the tree yet. */
  drafted(): readonly DraftedResource[] {
    return [...this.#known].flatMap(([objectId, sovereign]) =>
      "fault" in sovereign || sovereign.text === null || !this.#used.has(objectId)
        ? []
        : [
            {
              kind: "Sovereign" as const,
              name: sovereign.name,
              text: sovereign.text,
              objectId,
              documentDigest: null,
              document: null,
            },
          ],
    );
  }
}

const ITSELF: Refusal = { reason: "own_sovereign", fault: "a sovereign has no treaty with itself" };
const UNKNOWN: Refusal = { reason: "unknown_sovereign", fault: "no treaty names a key of it" };
const KEYS_DIFFER: Refusal = {
  reason: "keys_differ",
  fault:
    "it is under other keys of the sovereign than the newest treaty, and a resource names them once",
};

/** The keys of each subject by the newest treaty in force, else by the newest of all; in order of the ids. */
function keysToName(
  treaties: readonly HeldTreaty[],
  now: Instant,
): ReadonlyMap<string, readonly string[]> {
  const isInForce = ({ row }: HeldTreaty): boolean =>
    row.status === "active" && toInstant(parseTimestamp(row.expiresAt)) > now;
  const issued = ({ row }: HeldTreaty): bigint => toInstant(parseTimestamp(row.issuedAt));
  const order = (a: HeldTreaty, b: HeldTreaty): number =>
    Number(isInForce(b)) - Number(isInForce(a)) ||
    Number(issued(b) - issued(a)) ||
    (a.row.id < b.row.id ? -1 : 1);
  const keys = new Map<string, readonly string[]>();
  for (const { document } of treaties.toSorted(order)) {
    const { subject_sovereign_id: id, subject_public_keys: named } = document.body;
    if (!keys.has(id)) keys.set(id, sortedSet(named));
  }
  return new Map([...keys].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function draft(
  sovereignId: string,
  keys: readonly string[],
  names: Names,
  owners: Map<string, string>,
): Sovereign | Refusal {
  for (const key of keys) {
    const owner = owners.get(key);
    if (owner !== undefined && owner !== sovereignId)
      return { reason: "key_shared", fault: `a key of ${sovereignId} is one of ${owner} too` };
    const fault = keyFault(key);
    if (fault !== null) return { reason: "bad_public_key", fault };
  }
  const spec = { sovereignId, publicKeys: keys };
  const trial = resourceText({ kind: "Sovereign", name: "draft", spec });
  if ("fault" in trial) return { reason: "not_expressible", fault: trial.fault };
  for (const key of keys) owners.set(key, sovereignId);
  const name = names.give(sovereignId, slugOf(sovereignId));
  const written = resourceText({ kind: "Sovereign", name, spec });
  return "fault" in written
    ? { reason: "not_expressible", fault: written.fault }
    : { name, keys, text: written.text };
}

/** Why no resource may name the key; null when one may. */
export function keyFault(key: string): string | null {
  try {
    parsePublicKey(key);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
