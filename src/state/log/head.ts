/** The head of the log: the one row that says how far it goes, and what was signed of it. */
import { AppError } from "../../errors.js";
import type { LogHead } from "../../model/log.js";
import type { Queries, Transaction } from "../connection.js";

export interface StoredHead extends LogHead {
  /** Size of the newest checkpoint that is known to stand in the escrow; 0 before the first. */
  readonly escrowed: number;
}

/** Throws AppError `log_broken` when the row is not one that we write. */
export function readHead(queries: Queries): StoredHead {
  const [row = []] = queries.rows(
    "SELECT origin, size, root, checkpoint, checkpoint_size, escrowed FROM concordat_log_head WHERE id = 1",
  );
  const [origin, size, root, checkpoint, checkpointSize, escrowed] = row;
  if (
    !isTextOrNull(origin) ||
    !isCount(size) ||
    !(root instanceof Uint8Array) ||
    !isTextOrNull(checkpoint) ||
    !isCount(checkpointSize) ||
    !isCount(escrowed) ||
    checkpointSize > size ||
    escrowed > checkpointSize ||
    (checkpoint === null) !== (checkpointSize === 0)
  )
    throw new AppError("log_broken", "the head of the log is not as it was written");
  return { origin, size, root, checkpoint, checkpointSize, escrowed };
}

export function writeHead(transaction: Transaction, head: StoredHead): void {
  transaction.run(
    `UPDATE concordat_log_head SET origin = ?, size = ?, root = ?, checkpoint = ?, checkpoint_size = ?, escrowed = ?
      WHERE id = 1`,
    head.origin,
    head.size,
    head.root,
    head.checkpoint,
    head.checkpointSize,
    head.escrowed,
  );
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
