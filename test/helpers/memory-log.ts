/** A log in memory: its leaves, stored hashes and roots. */
import {
  EMPTY_ROOT,
  leafHash,
  rootAt,
  storedHashesFor,
  type ReadHashes,
} from "../../src/protocol/log/merkle.js";

export interface MemoryLog {
  readonly size: number;
  readonly leaves: readonly Uint8Array[];
  readonly leafHashes: readonly Uint8Array[];
  readonly stored: readonly Uint8Array[];
  /** The root at every size from 0 to `size`. */
  readonly roots: readonly Uint8Array[];
  readonly read: ReadHashes;
}

export function logOf(leaves: readonly Uint8Array[]): MemoryLog {
  const stored: Uint8Array[] = [];
  const roots = [EMPTY_ROOT];
  const read: ReadHashes = (positions) =>
    positions.map((position) => {
      const found = stored[position];
      if (found === undefined) throw new Error(`no hash is stored at ${position}`);
      return found;
    });
  const leafHashes = leaves.map(leafHash);
  for (const [index, leaf] of leafHashes.entries()) {
    stored.push(...storedHashesFor(index, leaf, read));
    roots.push(rootAt(index + 1, read));
  }
  return { size: leaves.length, leaves, leafHashes, stored, roots, read };
}

/** A log of `size` entries that say their own number. */
export function numberedLog(size: number): MemoryLog {
  return logOf(Array.from({ length: size }, (_, index) => Buffer.from(`entry ${index}`)));
}
