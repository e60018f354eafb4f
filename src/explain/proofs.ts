/** Proofs that events stand in the log, each a file that can be checked by itself (c2sp.org/tlog-proof). */
import { inclusionProof } from "../protocol/log/merkle.js";
import { formatProof } from "../protocol/log/tlog-proof.js";
import type { StateReader } from "../state/reader.js";

/** Null while no checkpoint that was signed covers the entry. */
export function proofOfEntry(reader: Pick<StateReader, "log">, index: number): string | null {
  const log = reader.log();
  const { checkpoint, checkpointSize } = log.head();
  const leaf = log.leaf(index);
  if (checkpoint === null || leaf === null || index >= checkpointSize) return null;
  const hashes = inclusionProof(index, checkpointSize, log.hashes);
  return formatProof({ index, extra: leaf, hashes, checkpoint });
}
