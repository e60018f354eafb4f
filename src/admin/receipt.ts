/** Receipts: an answer to an operator comes with the proof that what was done about it is in the log. */
import { AppError } from "../errors.js";
import { encodeBase64 } from "../protocol/base64.js";
import { inclusionProof } from "../protocol/log/merkle.js";
import { formatProof } from "../protocol/log/tlog-proof.js";
import type { LogReader } from "../state/log/log-reader.js";

/** In a field of a header; clients read 16 KiB of all fields. */
const MAX_CHARACTERS = 8192;

/** A refusal that was written down. */
export class RecordedRefusal extends AppError {
  readonly receipt: string;

  constructor({ code, message, hint, details, cause }: AppError, receipt: string) {
    super(code, message, { hint, details, cause });
    this.receipt = receipt;
  }
}

/**
 * The base64 of a c2sp.org/tlog-proof of the event's leaf under the newest checkpoint; null when that does not hold it, for
 * want of a key, and for a leaf too long for a header.
 */
export function receiptOf(log: LogReader, eventId: string | undefined): string | null {
  const index = eventId === undefined ? null : log.indexOf(eventId);
  const { checkpoint, checkpointSize: size } = log.head();
  if (index === null || checkpoint === null || index >= size) return null;
  const extra = log.leaf(index);
  const hashes = inclusionProof(index, size, log.hashes);
  const receipt = encodeBase64(Buffer.from(formatProof({ index, extra, hashes, checkpoint })));
  return receipt.length > MAX_CHARACTERS ? null : receipt;
}
