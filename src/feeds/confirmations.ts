/** Answers that verified, for as long as they would again: the same bytes, or a 304, need no second look then. */
import type { Digest, SovereignRecord } from "../model/state.js";
import type { Timestamp } from "../model/time.js";
import type { StateReader } from "../state/reader.js";

export interface Confirmation {
  /** Of the bytes that came. */
  readonly digest: Digest;
  readonly etag: string | null;
  /** The imported feed that they repeat or are. */
  readonly feedId: string;
  readonly sequence: number;
  readonly issuedAt: Timestamp;
}

interface Kept extends Confirmation {
  readonly url: string | null;
  readonly keys: string;
  readonly generation: number;
}

/**
 * In memory only: after a start the first poll of a feed looks at all of it, for a validator does not say under which keys and
 * upon which imported feed an answer had verified.
 */
export class Confirmations {
  readonly #reader: StateReader;
  readonly #kept = new Map<string, Kept>();

  constructor(reader: StateReader) {
    this.#reader = reader;
  }

  keep(sovereign: SovereignRecord, confirmation: Confirmation): void {
    const generation = this.#reader.generation();
    const keys = keysOf(sovereign);
    this.#kept.set(sovereign.sovereignId, {
      ...confirmation,
      url: sovereign.feed.url,
      keys,
      generation,
    });
  }

  /** Null when the address, a key or the imported feed is not what it was then. */
  of(sovereign: SovereignRecord): Confirmation | null {
    const issuer = sovereign.sovereignId;
    const kept = this.#kept.get(issuer);
    if (kept === undefined) return null;
    const generation = this.#reader.generation();
    const stands =
      kept.generation === generation ||
      (kept.url === sovereign.feed.url &&
        kept.keys === keysOf(sovereign) &&
        this.#reader.highestSequence(issuer) === kept.sequence &&
        this.#reader.feed(issuer, kept.sequence)?.feedId === kept.feedId);
    if (stands) this.#kept.set(issuer, { ...kept, generation });
    else this.#kept.delete(issuer);
    return stands ? kept : null;
  }
}

function keysOf({ publicKeys }: SovereignRecord): string {
  return publicKeys.join(" ");
}
