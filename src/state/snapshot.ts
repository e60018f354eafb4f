/** Reads everything a plan depends on, and its digest, in one pass. */
import { AppError } from "../errors.js";
import type { Applied, Snapshot } from "../model/state.js";
import type { Connection, Parameter, Queries, RawRow } from "./connection.js";
import { FEED_POLLS } from "./controller-tables.js";
import { StateDigest } from "./digest.js";
import { KeptRows } from "./kept-rows.js";
import { Row } from "./row.js";
import {
  ATTESTATIONS,
  AUTHORITY,
  FEEDS,
  IMPORTED_REVOCATIONS,
  INVENTORY,
  OPERATOR_KEYS,
  POLICIES,
  REJECTED_FEEDS,
  REVOKED_KEYS,
  SOVEREIGNS,
  TREATIES,
  type Table,
} from "./tables.js";

/** The tables that can be long. */
export class KeptTables {
  readonly treaties = keptRows(TREATIES);
  readonly attestations = keptRows(ATTESTATIONS);
  readonly importedRevocations = keptRows(IMPORTED_REVOCATIONS);
  readonly inventory = keptRows(INVENTORY);
}

/**
 * Every row is read and goes into the digest; those that stand as in the snapshot that was read last with `kept` are the same
 * objects as in that one. Throws AppError `state_corrupt` for a row that no version of Concordat would have written.
 */
export function readSnapshot(connection: Connection, kept: KeptTables): Snapshot {
  return connection.consistently((queries) => ({
    generation: readGeneration(queries),
    applied: readApplied(queries),
    ...readState(queries, kept),
    feedPolls: readAll(queries, FEED_POLLS),
  }));
}

/** Throws as `readSnapshot`. */
export function readState(
  queries: Queries,
  kept = new KeptTables(),
): Omit<Snapshot, "generation" | "applied" | "feedPolls"> {
  const digest = new StateDigest();
  const read = <T>(table: Table<T>, known = keptRows(table)): readonly T[] => {
    const rows = rowsOf(queries, table);
    digest.addTable(table.name, table.columns.length, rows);
    return known.records(rows);
  };
  // Members are evaluated as they stand: theirs is the order of the tables in the digest, and the digest comes last.
  return {
    authority: read(AUTHORITY)[0] ?? null,
    operatorKeys: read(OPERATOR_KEYS),
    revokedKeys: read(REVOKED_KEYS),
    sovereigns: read(SOVEREIGNS),
    treaties: read(TREATIES, kept.treaties),
    attestations: read(ATTESTATIONS, kept.attestations),
    feeds: read(FEEDS),
    rejectedFeeds: read(REJECTED_FEEDS),
    importedRevocations: read(IMPORTED_REVOCATIONS, kept.importedRevocations),
    policy: read(POLICIES)[0] ?? null,
    inventory: read(INVENTORY, kept.inventory),
    digest: digest.finish(),
  };
}

/** The records of a table, in its order. */
export function readAll<T>(queries: Queries, table: Table<T>): T[] {
  return rowsOf(queries, table).map((columns) => recordOf(table, columns));
}

/** The records of a table as they lie in the file, which is quicker than any other order, read as they are taken. */
export function* iterateAsStored<T>(connection: Connection, table: Table<T>): Generator<T> {
  for (const columns of connection.iterate(`${selectOf(table)} ORDER BY rowid`))
    yield recordOf(table, columns);
}

/** The records of the rows for which the condition `where` holds. */
export function readWhere<T>(
  queries: Queries,
  table: Table<T>,
  where: string,
  ...parameters: Parameter[]
): T[] {
  return queries
    .rows(`${selectOf(table)} WHERE ${where}`, ...parameters)
    .map((columns) => recordOf(table, columns));
}

/** How often the state was written (migrations/002). Throws AppError `state_corrupt` when nobody counts. */
export function readGeneration(queries: Queries): number {
  const generation = queries.value(
    "SELECT generation FROM concordat_meta WHERE id = 1 AND committing = 0",
  );
  if (typeof generation === "number") return generation;
  throw new AppError("state_corrupt", "the state does not count its changes any more");
}

export function readApplied(queries: Queries): Applied | null {
  const [columns] = queries.rows(
    "SELECT commit_id, tree_id, plan_digest, applied_at FROM concordat_applied",
  );
  if (columns === undefined) return null;
  const row = new Row("concordat_applied", columns);
  return { commit: row.text(), tree: row.text(), planDigest: row.digest(), at: row.timestamp() };
}

function rowsOf(queries: Queries, table: Table<unknown>): RawRow[] {
  return queries.rows(`${selectOf(table)} WHERE ${table.where ?? "TRUE"} ORDER BY ${table.order}`);
}

function selectOf(table: Table<unknown>): string {
  return `SELECT ${table.columns.join(", ")} FROM ${table.name}`;
}

function keptRows<T>(table: Table<T>): KeptRows<T> {
  return new KeptRows((columns) => recordOf(table, columns));
}

function recordOf<T>(table: Table<T>, columns: RawRow): T {
  return table.toRecord(new Row(table.name, columns));
}
