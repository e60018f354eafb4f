/** The hashes and leaves of the tree as they are stored. */
import { AppError } from "../../errors.js";
import type { Queries } from "../connection.js";

const PAGE = 1000;

/** The hash at a position of the stored-hash order. Throws AppError `log_broken` when it is not there. */
export function readHash(queries: Queries, position: number): Uint8Array {
  const hash = queries.value("SELECT hash FROM concordat_log_nodes WHERE pos = ?", position);
  if (hash instanceof Uint8Array) return hash;
  throw new AppError("log_broken", `the log has no hash at position ${position}`);
}

export interface StoredLeaf {
  readonly index: number;
  readonly eventId: string;
  readonly leaf: Uint8Array;
}

/** The leaves with `from` <= index < `to`, in order. Throws AppError `log_broken` at the first that is missing. */
export function* iterateLeaves(queries: Queries, from: number, to: number): Generator<StoredLeaf> {
  for (let next = from; next < to;) {
    const rows = queries.rows(
      `SELECT seq, event_id, leaf FROM concordat_log_leaves WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ${PAGE}`,
      next,
      to,
    );
    if (rows.length === 0) throw missing(next);
    for (const [index, eventId, leaf] of rows) {
      if (index !== next || typeof eventId !== "string" || !(leaf instanceof Uint8Array))
        throw missing(next);
      yield { index, eventId, leaf };
      next += 1;
    }
  }
}

function missing(index: number): AppError {
  return new AppError("log_broken", `the log has no entry ${index}`, { details: { index } });
}
