/** Reads the log of a state. */
import { AppError } from "../../errors.js";
import type { HashReader, LogHead, StoredEntry } from "../../model/log.js";
import { HASH_BYTES } from "../../protocol/log/merkle.js";
import type { Connection, Queries } from "../connection.js";
import { iterateForeignRows, type ForeignRow } from "./foreign-rows.js";
import { readHead } from "./head.js";
import { readHash } from "./stored-hashes.js";

/** The log only grows, so that whatever lies within a head that was read stays as it is. Methods throw AppError `log_broken`. */
export interface LogReader {
  head(): LogHead;
  /** The bytes of a leaf; null when the log has no such entry. */
  leaf(index: number): Uint8Array | null;
  /** Of the leaf that records the event of this id; null when there is none. */
  indexOf(eventId: string): number | null;
  /** Those with `from` <= index < `to` that stand there, in order, read as they are taken; one that is missing is left out. */
  entries(from: number, to: number): Iterable<StoredEntry>;
  readonly hashes: HashReader;
  /** Ids of the rows of `audit_events` that no leaf records: another program has written them. */
  unlogged(): Iterable<string>;
  /** The same rows, with what they say. */
  foreignRows(): Iterable<ForeignRow>;
}

const ENTRIES = `SELECT seq, concordat_log_leaves.event_id, leaf, event_json, created_at
  FROM concordat_log_leaves LEFT JOIN audit_events USING (event_id) WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT 512`;
const SALTS =
  "SELECT seq, field, hex(salt) FROM concordat_log_salts WHERE seq >= ? AND seq < ? ORDER BY seq, field";
/** One text for many hashes: a blob of 32 bytes takes longer to make than to hash. */
const RUN = `SELECT group_concat(hex(hash), '' ORDER BY pos) FROM concordat_log_nodes WHERE pos >= ? AND pos < ?`;
/** Below it, one query each is as fast. */
const MIN_RUN = 8;
export class FileLogReader implements LogReader {
  readonly #connection: () => Connection;

  /** `connection` is asked each time: a reader follows a file that is replaced. */
  constructor(connection: () => Connection) {
    this.#connection = connection;
  }

  head(): LogHead {
    return readHead(this.#connection());
  }

  leaf(index: number): Uint8Array | null {
    const select = "SELECT leaf FROM concordat_log_leaves WHERE seq = ?";
    const leaf = this.#connection().value(select, index);
    return leaf instanceof Uint8Array ? leaf : null;
  }

  indexOf(eventId: string): number | null {
    const select = "SELECT seq FROM concordat_log_leaves WHERE event_id = ?";
    const index = this.#connection().value(select, eventId);
    return typeof index === "number" ? index : null;
  }

  *entries(from: number, to: number): Iterable<StoredEntry> {
    // Pages, each read at one moment: a row at a time takes three times as long.
    for (let next = from; next < to;) {
      const page = this.#connection().consistently((queries) => readPage(queries, next, to));
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      next = last.index + 1;
    }
  }

  readonly hashes: HashReader = (positions) => {
    const connection = this.#connection();
    return (
      readRun(connection, positions) ?? positions.map((position) => readHash(connection, position))
    );
  };

  *unlogged(): Iterable<string> {
    for (const { id } of this.foreignRows()) yield id;
  }

  foreignRows(): Iterable<ForeignRow> {
    return iterateForeignRows(this.#connection());
  }
}

const NONE: ReadonlyMap<string, Uint8Array> = new Map();

function readPage(queries: Queries, from: number, to: number): readonly StoredEntry[] {
  const rows = queries.rows(ENTRIES, from, to);
  const last = rows.at(-1)?.[0];
  const salts = typeof last === "number" ? readSalts(queries, from, last + 1) : null;
  return rows.map(([index, eventId, leaf, eventJson, createdAt]) => {
    if (typeof index !== "number" || typeof eventId !== "string" || !(leaf instanceof Uint8Array))
      throw new AppError("log_broken", `entry ${String(index)} is not as it was written`);
    const json = typeof eventJson === "string" ? eventJson : null;
    const time = json === null ? null : String(createdAt);
    const own = salts?.get(index) ?? NONE;
    return { index, eventId, leaf, eventJson: json, createdAt: time, salts: own };
  });
}

function readSalts(
  queries: Queries,
  from: number,
  to: number,
): ReadonlyMap<number, ReadonlyMap<string, Uint8Array>> {
  const salts = new Map<number, Map<string, Uint8Array>>();
  for (const [index, field, hex] of queries.rows(SALTS, from, to)) {
    if (typeof index !== "number" || typeof field !== "string" || typeof hex !== "string") continue;
    const salt = Buffer.from(hex, "hex");
    const own = salts.get(index);
    if (own === undefined) salts.set(index, new Map([[field, salt]]));
    else own.set(field, salt);
  }
  return salts;
}

/** Positions that follow each other, in one query; null for others, and when one of them is not there. */
function readRun(queries: Queries, positions: readonly number[]): readonly Uint8Array[] | null {
  const [first = 0] = positions;
  if (positions.length < MIN_RUN || positions.some((position, i) => position !== first + i))
    return null;
  const text = queries.value(RUN, first, first + positions.length);
  const bytes = Buffer.from(typeof text === "string" ? text : "", "hex");
  return bytes.length === positions.length * HASH_BYTES
    ? positions.map((_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))
    : null;
}
