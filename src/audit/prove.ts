/** Makes the proof of one entry. */
import { AppError } from "../errors.js";
import { parseCheckpoint } from "../protocol/log/checkpoint.js";
import { inclusionProof } from "../protocol/log/merkle.js";
import { formatProof } from "../protocol/log/tlog-proof.js";
import type { LogSource } from "./log-source.js";

/**
 * The `.tlog-proof` of an entry against the newest checkpoint, with the leaf as its extra line. Throws AppError
 * `log_unsigned` when no checkpoint reaches the entry, and `log_entry_not_found` when the log has no such entry.
 */
export function proveEntry(log: LogSource, index: number): string {
  const { size, checkpoint } = log.head();
  const leaf = log.leaf(index);
  if (leaf === null || index >= size)
    throw new AppError("log_entry_not_found", `the log has no entry ${index}; it has ${size}`, {
      hint: "give the index of an entry: audit export --proofs lists them",
    });
  const signed = checkpoint === null ? null : parseCheckpoint(checkpoint);
  if (checkpoint === null || signed === null || signed.size <= index)
    throw new AppError("log_unsigned", `no signed checkpoint reaches entry ${index}`, {
      hint: "concordat reconcile --once signs the log where the authority's key is at hand",
    });
  const hashes = inclusionProof(index, signed.size, log.hashes);
  return formatProof({ index, extra: leaf, hashes, checkpoint });
}
