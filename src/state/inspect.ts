/** Is this file a state of ours, whole and unaltered? Asked before anything in it is believed, and before any write. */
import { basename } from "node:path";
import { AppError } from "../errors.js";
import { Connection, type Queries } from "./connection.js";
import {
  APPLICATION_ID,
  GENESIS_MESH_SCHEMA,
  migrate,
  SCHEMA_VERSION,
} from "./migrations/index.js";
import { checkSqliteVersion } from "./sqlite-version.js";

const PAGE_SIZE = 4096;
/** As `objectsOf` names it. */
const VERSIONS = "table schema_version";
const SCHEMA_SQL = "SELECT type, name, tbl_name, sql FROM sqlite_schema";

/**
 * Throws AppError `state_foreign`, `state_newer`, `state_corrupt` (an altered schema) or `unsupported_runtime`.
 * A schema older than ours passes: the writer migrates it, and the reader says so.
 */
export function inspect(connection: Connection): void {
  checkSqliteVersion(String(connection.value("SELECT sqlite_version()")));
  const name = basename(connection.path);
  if (connection.pragma("application_id") !== APPLICATION_ID) {
    throw new AppError("state_foreign", `${name} is a database of another program`, {
      hint: "give another --db FILE; the database of a Genesis Mesh authority is not used in place",
    });
  }
  const version = Number(connection.pragma("user_version"));
  checkNotNewer(name, version, SCHEMA_VERSION, "Concordat");
  // The reference never alters this table; where it is another, the next check says so.
  if (objectsOf(connection).get(VERSIONS) === schemaOf(version).get(VERSIONS)) {
    const shared = Number(connection.value("SELECT MAX(version) FROM schema_version"));
    checkNotNewer(name, shared, GENESIS_MESH_SCHEMA, "Genesis Mesh");
  }
  checkSchema(connection, version);
  const pageSize = connection.pragma("page_size");
  if (pageSize !== PAGE_SIZE) {
    throw new AppError(
      "state_corrupt",
      `${name} has pages of ${String(pageSize)} bytes, and no state is written with these`,
    );
  }
}

/** Throws AppError `state_corrupt` unless every table, index and trigger is word for word what the migrations make. */
export function checkSchema(
  queries: Queries & { readonly path: string },
  version: number = SCHEMA_VERSION,
): void {
  const expected = schemaOf(version);
  const found = objectsOf(queries);
  const faults: string[] = [];
  for (const [object, sql] of found) {
    if (!expected.has(object)) faults.push(`${object} was added`);
    else if (expected.get(object) !== sql) faults.push(`${object} was altered`);
  }
  for (const object of expected.keys()) if (!found.has(object)) faults.push(`${object} is missing`);
  if (faults.length === 0) return;
  throw new AppError(
    "state_corrupt",
    `the schema of ${basename(queries.path)} is not as it was made: ${faults.join(", ")}`,
    {
      details: faults,
    },
  );
}

/** Throws AppError `state_corrupt` when pages or indexes are damaged; reads the whole file. */
export function checkPages(connection: Connection): void {
  const [first] = connection.rows("PRAGMA quick_check(1)");
  if (first?.[0] === "ok") return;
  throw new AppError(
    "state_corrupt",
    `${basename(connection.path)} is damaged: ${String(first?.[0])}`,
  );
}

function checkNotNewer(name: string, version: number, known: number, owner: string): void {
  if (version <= known) return;
  throw new AppError(
    "state_newer",
    `${name} has schema ${version} of ${owner}; this Concordat knows ${known}`,
  );
}

const schemas = new Map<number, ReadonlyMap<string, unknown>>();

/** What the migrations make, asked of SQLite itself so that it stands written down only once. */
function schemaOf(version: number): ReadonlyMap<string, unknown> {
  const known = schemas.get(version);
  if (known !== undefined) return known;
  const connection = new Connection(":memory:", {});
  migrate(connection, "", version);
  const schema = objectsOf(connection);
  connection.close();
  schemas.set(version, schema);
  return schema;
}

function objectsOf(queries: Queries): ReadonlyMap<string, unknown> {
  return new Map(
    queries
      .rows(SCHEMA_SQL)
      .map(([type, name, table, sql]) => [
        `${String(type)} ${String(name)}`,
        `${String(table)}\n${String(sql)}`,
      ]),
  );
}
