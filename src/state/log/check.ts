/** Is the log in this file whole, and does it go on from what was put in escrow? Asked before a state is written or served. */
import { basename } from "node:path";
import { AppError } from "../../errors.js";
import { parseCheckpoint } from "../../protocol/log/checkpoint.js";
import { leafHash, rootAt, storedHashCount, storedHashesFor } from "../../protocol/log/merkle.js";
import type { Connection, Queries } from "../connection.js";
import type { Escrowed } from "./escrow.js";
import { readHead, type StoredHead } from "./head.js";
import { iterateLeaves, readHash } from "./stored-hashes.js";

/** The rest is for `audit verify`: a start is not to take longer with every year. */
const RECENT_LEAVES = 10_000;

/** Throws AppError `log_broken` unless the head is that of the hashes that are stored, and these are those of the last leaves. */
export function checkLog(connection: Connection): void {
  connection.consistently((queries) => {
    const head = readHead(queries);
    checkCounts(queries, head);
    checkRecent(queries, head.size);
    const read = reading(queries);
    if (!equal(rootAt(head.size, read), head.root))
      throw broken("its head is not the root of its hashes");
    if (head.checkpoint === null) return;
    const { origin, size, root } = parseCheckpoint(head.checkpoint);
    if (origin !== head.origin || size !== head.checkpointSize || !equal(rootAt(size, read), root))
      throw broken("it is not the log that its checkpoint was signed for");
  });
}

/**
 * Throws AppError `escrow_missing` when there is no escrow, and there was one, and `log_rolled_back` unless the log goes on
 * from the newest checkpoint there. Read the escrow first, and then open the state: a log that is ahead is a matter of course.
 */
export function checkAgainstEscrow(
  connection: Connection,
  escrowed: Escrowed | null,
  escrow: string,
): void {
  connection.consistently((queries) => {
    const head = readHead(queries);
    if (escrowed === null) {
      if (head.escrowed === 0) return;
      throw new AppError(
        "escrow_missing",
        `${escrow} holds no checkpoint, and ${basename(connection.path)} has put one of ${head.escrowed} entries there`,
        { details: { escrow, size: head.escrowed } },
      );
    }
    const name = basename(connection.path);
    const { origin, size, root } = escrowed;
    const details = { escrow, origin, escrowed_size: size, size: head.size };
    if (head.origin !== origin)
      throw new AppError(
        "log_rolled_back",
        `${escrow} is of the log ${origin}, and ${name} holds ${head.origin ?? "none with a name"}`,
        {
          details,
          hint: "name the escrow of this state with logEscrow; or restore the state with concordat restore, never by copying a file",
        },
      );
    if (size > head.size)
      throw new AppError(
        "log_rolled_back",
        `${name} holds ${head.size} log entries, and ${escrow} knows of ${size}: the state is an older one`,
        { details },
      );
    if (!equal(rootAt(size, reading(queries)), root))
      throw new AppError(
        "log_rolled_back",
        `the first ${size} log entries of ${name} are not those that ${escrow} knows`,
        { details },
      );
  });
}

function checkCounts(queries: Queries, { size }: StoredHead): void {
  const leaves = queries.value("SELECT COUNT(*) FROM concordat_log_leaves");
  const hashes = queries.value("SELECT COUNT(*) FROM concordat_log_nodes");
  if (leaves !== size) throw broken(`it has ${String(leaves)} entries, and its head says ${size}`);
  if (hashes !== storedHashCount(size))
    throw broken(
      `it has ${String(hashes)} hashes, and ${size} entries make ${storedHashCount(size)}`,
    );
}

function checkRecent(queries: Queries, size: number): void {
  const read = reading(queries);
  for (const { index, leaf } of iterateLeaves(queries, Math.max(0, size - RECENT_LEAVES), size)) {
    let position = storedHashCount(index);
    for (const hash of storedHashesFor(index, leafHash(leaf), read)) {
      if (!equal(hash, readHash(queries, position++)))
        throw new AppError("log_broken", `log entry ${index} is not the one that was hashed`, {
          details: { index },
        });
    }
  }
}

function reading(queries: Queries): (positions: readonly number[]) => Uint8Array[] {
  return (positions) => positions.map((position) => readHash(queries, position));
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

function broken(why: string): AppError {
  return new AppError("log_broken", `the log is broken: ${why}`);
}
