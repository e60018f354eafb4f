/** Reads the log of a state. */
import { AppError } from "../../errors.js";
import type { HashReader, LogHead, StoredEntry } from "../../model/log.js";
import type { Connection } from "../connection.js";
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
}

const ENTRIES = `SELECT seq, concordat_log_leaves.event_id, leaf, event_json, created_at
  FROM concordat_log_leaves LEFT JOIN audit_events USING (event_id) WHERE seq >= ? AND seq < ? ORDER BY seq`;
const SALTS =
  "SELECT seq, field, salt FROM concordat_log_salts WHERE seq >= ? AND seq < ? ORDER BY seq, field";
const UNLOGGED = `SELECT event_id FROM audit_events
  WHERE NOT EXISTS (SELECT 1 FROM concordat_log_leaves WHERE concordat_log_leaves.event_id = audit_events.event_id)
  ORDER BY created_at, rowid`;

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
    const connection = this.#connection();
    const salts = new SaltReader(connection, from, to);
    try {
      for (const row of connection.iterate(ENTRIES, from, to)) {
        const [index, eventId, leaf, eventJson, createdAt] = row;
        if (
          typeof index !== "number" ||
          typeof eventId !== "string" ||
          !(leaf instanceof Uint8Array)
        )
          throw new AppError("log_broken", `entry ${String(index)} is not as it was written`);
        const json = typeof eventJson === "string" ? eventJson : null;
        const time = json === null ? null : String(createdAt);
        yield { index, eventId, leaf, eventJson: json, createdAt: time, salts: salts.of(index) };
      }
    } finally {
      salts.end();
    }
  }

  readonly hashes: HashReader = (positions) => {
    const connection = this.#connection();
    return positions.map((position) => readHash(connection, position));
  };

  *unlogged(): Iterable<string> {
    for (const [id] of this.#connection().iterate(UNLOGGED)) yield String(id);
  }
}

const NONE: ReadonlyMap<string, Uint8Array> = new Map();

/** Walks the salts beside their leaves: a query for each leaf would take longer than its hash. */
class SaltReader {
  readonly #rows: Iterator<readonly unknown[], void>;
  #next: readonly unknown[] | null;

  constructor(connection: Connection, from: number, to: number) {
    this.#rows = connection.iterate(SALTS, from, to);
    this.#next = this.#rows.next().value ?? null;
  }

  of(index: number): ReadonlyMap<string, Uint8Array> {
    let salts: Map<string, Uint8Array> | null = null;
    while (this.#next !== null && Number(this.#next[0]) <= index) {
      const [seq, field, salt] = this.#next;
      if (seq === index && typeof field === "string" && salt instanceof Uint8Array)
        (salts ??= new Map<string, Uint8Array>()).set(field, salt);
      this.#next = this.#rows.next().value ?? null;
    }
    return salts ?? NONE;
  }

  end(): void {
    this.#rows.return?.();
  }
}
