/** What a verification reads of a log. A state's reader fits. */
import type { HashReader, LogHead, StoredEntry } from "../model/log.js";

export interface LogSource {
  head(): LogHead;
  leaf(index: number): Uint8Array | null;
  entries(from: number, to: number): Iterable<StoredEntry>;
  readonly hashes: HashReader;
  unlogged(): Iterable<string>;
}
