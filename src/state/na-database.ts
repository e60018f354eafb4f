/** Reads the database of a Genesis Mesh authority (protocol.md 9): its rows as they are, and nothing else of it. */
import { basename } from "node:path";
import { AppError } from "../errors.js";
import type { EventRow, Exception, HeldRows, HeldType } from "../model/adoption.js";
import type { Digest } from "../model/state.js";
import { Connection } from "./connection.js";
import { checkPages } from "./inspect.js";
import { APPLICATION_ID } from "./migrations/index.js";
import { applyPragmas, BUSY_TIMEOUT_MS, CAREFUL } from "./pragmas.js";
import { withPrivateCopy } from "./private-copy.js";
import { Row } from "./row.js";
import {
  ATTESTATIONS,
  FEEDS,
  IMPORTED_REVOCATIONS,
  POLICIES,
  REVOKED_KEYS,
  TREATIES,
  type Table,
} from "./tables.js";

/** The first schema with all tables of the trust part, and that of 1.8.1. */
const OLDEST_SCHEMA = 6;
const NEWEST_SCHEMA = 20;
const REVOKED_KEYS_SINCE = 9;
const LINEAGE_SINCE = 20;

const EVENTS: Table<EventRow> = {
  name: "audit_events",
  columns: ["event_id", "event_json", "created_at"],
  // The order in which they happened, where the times of two are equal.
  order: "created_at, rowid",
  toRecord: (row) => ({ id: row.text(), json: row.text(), createdAt: row.text() }),
};

export interface NaDatabase {
  readonly rows: HeldRows;
  readonly schemaVersion: number;
  readonly fileDigest: Digest;
  /** The key that signed last, where the database knows its own keys. */
  readonly authorityKey: string | null;
}

/**
 * The database is copied and read from the copy, so that not a byte changes and nothing is left beside it, whether its program
 * runs, has ended or has died. Throws AppError `state_foreign`, `state_newer`, `state_corrupt`, `unreadable_file`.
 */
export function readNaDatabase(path: string): NaDatabase {
  return withPrivateCopy(path, (copy) => {
    const connection = new Connection(copy.path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      const tables = inspect(connection);
      const schemaVersion = versionOf(connection);
      checkPages(connection);
      return {
        rows: new RowReader(connection, tables, schemaVersion).read(),
        schemaVersion,
        fileDigest: copy.digest,
        authorityKey: newestKey(connection, tables),
      };
    } catch (error) {
      throw error instanceof AppError ? explained(error) : error;
    } finally {
      connection.close();
    }
  });
}

/** The hints of a state of our own would send people the wrong way. */
function explained(error: AppError): AppError {
  if (error.code !== "state_foreign" && error.code !== "state_corrupt") return error;
  return new AppError(error.code, error.message, {
    hint: "give the database of a Genesis Mesh authority, such as na.db, or a backup of it",
    details: error.details,
    cause: error,
  });
}

/** The names of its tables. */
function inspect(connection: Connection): ReadonlySet<string> {
  const name = basename(connection.path);
  applyPragmas(connection, CAREFUL);
  if (connection.pragma("application_id") === APPLICATION_ID)
    throw new AppError("state_foreign", `${name} is the state of a Concordat already`);
  const rows = connection.rows("SELECT name FROM sqlite_schema WHERE type = 'table'");
  const tables = new Set(rows.map(([table]) => String(table)));
  const needed = ["schema_version", TREATIES, ATTESTATIONS, FEEDS, IMPORTED_REVOCATIONS, EVENTS];
  const missing = needed
    .map((table) => (typeof table === "string" ? table : table.name))
    .filter((table) => !tables.has(table));
  if (missing.length === 0) return tables;
  const message = tables.has("schema_version")
    ? `${name} lacks ${missing.join(", ")}: only schema ${OLDEST_SCHEMA} and later can be read`
    : `${name} is a database of another program`;
  throw new AppError("state_foreign", message);
}

function versionOf(connection: Connection): number {
  const name = basename(connection.path);
  const version = connection.value("SELECT MAX(version) FROM schema_version");
  if (typeof version !== "number" || version < OLDEST_SCHEMA)
    throw new AppError("state_foreign", `${name} is older than schema ${OLDEST_SCHEMA}`);
  if (version <= NEWEST_SCHEMA) return version;
  throw new AppError(
    "state_newer",
    `${name} has schema ${version}; this Concordat knows Genesis Mesh up to ${NEWEST_SCHEMA}`,
    { hint: "use a Concordat that knows this version of Genesis Mesh" },
  );
}

/** Since schema 17 the authority records the keys that it has signed with, the present one last. */
function newestKey(connection: Connection, tables: ReadonlySet<string>): string | null {
  if (!tables.has("na_key_history")) return null;
  const key = connection.value(
    "SELECT public_key FROM na_key_history ORDER BY key_sequence DESC LIMIT 1",
  );
  return typeof key === "string" ? key : null;
}

class RowReader {
  readonly #connection: Connection;
  readonly #tables: ReadonlySet<string>;
  readonly #version: number;
  readonly #unreadable: Exception[] = [];

  constructor(connection: Connection, tables: ReadonlySet<string>, version: number) {
    this.#connection = connection;
    this.#tables = tables;
    this.#version = version;
  }

  read(): HeldRows {
    const [policy] = this.#tables.has(POLICIES.name)
      ? this.#records("recognition_policy", POLICIES)
      : [];
    return {
      treaties: this.#records("recognition_treaty", TREATIES),
      attestations: this.#records("membership_attestation", ATTESTATIONS),
      feeds: this.#records("sovereign_revocation_feed", FEEDS),
      importedRevocations: this.#records("imported_revocation", IMPORTED_REVOCATIONS),
      revokedKeys:
        this.#version >= REVOKED_KEYS_SINCE
          ? this.#records("revoked_operator_key", REVOKED_KEYS)
          : [],
      policyJson: policy?.json ?? null,
      events: this.#records("audit_event", EVENTS),
      superseded: this.#superseded(),
      feedSequence: this.#revokedGrants(),
      published: new Map(),
      unreadable: this.#unreadable,
    };
  }

  #records<T>(type: HeldType, table: Table<T>): readonly T[] {
    const sql = `SELECT ${table.columns.join(", ")} FROM ${table.name} WHERE ${table.where ?? "TRUE"} ORDER BY ${table.order}`;
    return this.#connection.rows(sql).flatMap((columns) => {
      try {
        return [table.toRecord(new Row(table.name, columns))];
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const id = String(columns[0]);
        this.#unreadable.push({ type, id, reason: "unreadable_row", message: error.message });
        return [];
      }
    });
  }

  #superseded(): ReadonlySet<string> {
    if (this.#version < LINEAGE_SINCE) return new Set();
    const rows = this.#connection.rows(
      `SELECT treaty_id FROM recognition_treaties WHERE superseded_by IS NOT NULL
       UNION SELECT attestation_id FROM membership_attestations WHERE superseded_by IS NOT NULL`,
    );
    return new Set(rows.map(([id]) => String(id)));
  }

  /** They count in the sequence of the reference's own feed too. */
  #revokedGrants(): number {
    if (!this.#tables.has("capability_grants")) return 0;
    const count = this.#connection.value(
      "SELECT COUNT(*) FROM capability_grants WHERE revoked_at IS NOT NULL",
    );
    return Number(count);
  }
}
