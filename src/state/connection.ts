/** One open SQLite file: statements, transactions, and every SQLite error as an AppError. */
import Database from "better-sqlite3";
import { AppError } from "../errors.js";
import { toAppError } from "./sqlite-error.js";

export type Parameter = string | number | Uint8Array | null;

/** The columns of one row, in the order they were selected. */
export type RawRow = readonly unknown[];

type Statement = Database.Statement<Parameter[], unknown[]>;

/** What can be asked of a connection, and inside a transaction. */
export interface Queries {
  rows(sql: string, ...parameters: Parameter[]): RawRow[];
  /** The first column of the first row; undefined when there is no row. */
  value(sql: string, ...parameters: Parameter[]): unknown;
}

export class Connection implements Queries {
  readonly path: string;
  readonly #database: Database.Database;
  readonly #selects = new Map<string, Statement>();

  /**
   * Opens the file at `path`, which messages name; `contents` opens a copy of it in memory instead. Nothing is read yet.
   * Throws AppError `state_unreadable`.
   */
  constructor(path: string, options: Database.Options, contents?: Buffer) {
    this.path = path;
    try {
      this.#database = new Database(contents ?? path, options);
    } catch (error) {
      throw toAppError(error, path);
    }
  }

  rows(sql: string, ...parameters: Parameter[]): RawRow[] {
    return this.#guard(() => this.#select(sql).all(...parameters));
  }

  value(sql: string, ...parameters: Parameter[]): unknown {
    return this.#guard(() => this.#select(sql).get(...parameters)?.[0]);
  }

  /** Rows one by one, for results that need not fit into memory. */
  *iterate(sql: string, ...parameters: Parameter[]): Generator<RawRow> {
    try {
      // A statement of its own: a shared one stays busy until the last row is taken.
      yield* this.#database
        .prepare<Parameter[], unknown[]>(sql)
        .raw()
        .iterate(...parameters);
    } catch (error) {
      throw toAppError(error, this.path);
    }
  }

  /** Sets or reads a PRAGMA; gives the value that is in force. */
  pragma(source: string): unknown {
    return this.#guard(() => this.#database.pragma(source, { simple: true }));
  }

  /** Runs `read` on one state of the file, whatever others write meanwhile. */
  consistently<T>(read: (queries: Queries) => T): T {
    return this.#guard(() => this.#database.transaction(() => read(this)).deferred());
  }

  /**
   * Writes what stands in the file at this moment, row by row, to another file, which must be empty. Also a connection that
   * only reads may.
   */
  writeCopy(path: string): void {
    this.#guard(() => this.#database.prepare<Parameter[]>("VACUUM INTO ?").run(path));
  }

  /** Makes the tables of another file, which must be ours and at rest, readable as `name.table`. */
  attach(path: string, name: string): void {
    this.#guard(() => this.#database.prepare<Parameter[]>(`ATTACH ? AS ${name}`).run(path));
  }

  /** Keeps the file as it is now in sight until the connection closes, whatever others write meanwhile. */
  beginReading(): void {
    this.#guard(() => this.#database.exec("BEGIN DEFERRED"));
  }

  /**
   * Runs `work` in a write transaction, and rolls everything back when it throws. IMMEDIATE, because a transaction that
   * reads before its first write fails when another program has written in between.
   */
  immediate<T>(work: (transaction: Transaction) => T): T {
    const transaction = new Transaction(this, this.#database);
    try {
      return this.#guard(() => this.#database.transaction(() => work(transaction)).immediate());
    } finally {
      transaction.end();
    }
  }

  /** Keeps every other connection out until this one closes, writing nothing. Throws AppError `lock_held` when one is in. */
  hold(): void {
    this.pragma("journal_mode = MEMORY");
    this.#guard(() => this.#database.exec("BEGIN EXCLUSIVE"));
  }

  close(): void {
    this.#guard(() => this.#database.close());
  }

  #select(sql: string): Statement {
    const known = this.#selects.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare<Parameter[], unknown[]>(sql).raw();
    this.#selects.set(sql, statement);
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toAppError(error, this.path);
    }
  }
}

/**
 * The right to write. Only its type is exported: `Connection.immediate` alone makes one, so a function that takes it
 * cannot be called outside a transaction, and one that was kept is of no use after it.
 */
class Transaction implements Queries {
  readonly #connection: Connection;
  readonly #database: Database.Database;
  readonly #writes = new Map<string, Database.Statement<Parameter[]>>();
  #open = true;

  constructor(connection: Connection, database: Database.Database) {
    this.#connection = connection;
    this.#database = database;
  }

  rows(sql: string, ...parameters: Parameter[]): RawRow[] {
    return this.#connection.rows(sql, ...parameters);
  }

  value(sql: string, ...parameters: Parameter[]): unknown {
    return this.#connection.value(sql, ...parameters);
  }

  /** Gives the number of rows that changed. */
  run(sql: string, ...parameters: Parameter[]): number {
    if (!this.#open) throw new AppError("internal", "a write after the end of its transaction");
    let statement = this.#writes.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare<Parameter[]>(sql);
      this.#writes.set(sql, statement);
    }
    return statement.run(...parameters).changes;
  }

  /** Runs a script of statements without parameters, for migrations. */
  script(sql: string): void {
    if (!this.#open) throw new AppError("internal", "a write after the end of its transaction");
    this.#database.exec(sql);
  }

  end(): void {
    this.#open = false;
  }
}

export type { Transaction };
