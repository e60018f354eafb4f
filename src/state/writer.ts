/** The one writer of a state: a batch is a value, a commit is a compare-and-swap (design.md 6). */
import { AppError } from "../errors.js";
import type { Resource } from "../model/resources.js";
import type { Batch, Digest, Snapshot } from "../model/state.js";
import { writeEvent } from "./audit-events.js";
import type { Connection, Transaction } from "./connection.js";
import { checkSchema } from "./inspect.js";
import type { WriterLock } from "./lock.js";
import { applyOperation } from "./operations/apply-operation.js";
import { putApplied } from "./operations/inventory.js";
import { checkDurable, leaveWal } from "./pragmas.js";
import { FileReader, type StateReader } from "./reader.js";
import { writeResources } from "./resource-cache.js";
import { readGeneration, readState } from "./snapshot.js";

/** Names one state: two equal digests hold the same rows, and equal generations were not written to in between. */
export interface Revision {
  readonly generation: number;
  readonly digest: Digest;
}

export interface StateWriter extends StateReader {
  /**
   * Applies the batch, with its audit events, in one transaction, and gives the revision it made: everything, or nothing.
   * Throws AppError `stale_plan` when the state is not the one `expected` names, `lock_held` when another program is writing,
   * `internal` for an operation that does not fit, `state_unreadable` or `state_corrupt` when the file fails.
   */
  commit(batch: Batch, expected: Revision): Revision;
  /** Remembers the resources of blobs that were parsed. Leaves the revision as it is. */
  cacheResources(parsed: ReadonlyMap<string, readonly Resource[]>): void;
}

export class FileWriter extends FileReader implements StateWriter {
  readonly #connection: Connection;
  readonly #lock: WriterLock;
  /** The last revision that this writer computed itself. */
  #known: Revision | null = null;
  /** SQLite's count of changes to the schema, when it was last found unaltered. */
  #schemaCookie: unknown = null;
  /** Set once the file has failed: what a failed write left on the disk is unknown until the file is opened anew. */
  #failure: AppError | null = null;
  #closed = false;

  constructor(connection: Connection, lock: WriterLock) {
    super({ get: () => connection, close: () => {} });
    this.#connection = connection;
    this.#lock = lock;
  }

  override snapshot(): Snapshot {
    const snapshot = super.snapshot();
    this.#known = { generation: snapshot.generation, digest: snapshot.digest };
    return snapshot;
  }

  commit(batch: Batch, expected: Revision): Revision {
    const revision = this.#write((transaction) => {
      this.#checkSchema();
      this.#checkUnchanged(transaction, expected);
      // Commits count themselves, once; the triggers would do it once a row (migrations/002).
      transaction.run("UPDATE concordat_meta SET committing = 1");
      for (const operation of batch.operations) applyOperation(transaction, operation);
      for (const event of batch.events) writeEvent(transaction, event);
      putApplied(transaction, batch.applied);
      transaction.run("UPDATE concordat_meta SET committing = 0, generation = generation + 1");
      return { generation: readGeneration(transaction), digest: readState(transaction).digest };
    });
    this.#known = revision;
    return revision;
  }

  cacheResources(parsed: ReadonlyMap<string, readonly Resource[]>): void {
    this.#write((transaction) => writeResources(transaction, parsed));
  }

  override close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      leaveWal(this.#connection);
    } catch (error) {
      // Somebody is still reading: the file stays in WAL mode, which is as good.
      if (!(error instanceof AppError && error.code === "lock_held")) throw error;
    } finally {
      this.#connection.close();
      this.#lock.release();
    }
  }

  #write<T>(work: (transaction: Transaction) => T): T {
    if (this.#failure !== null) throw this.#failure;
    try {
      checkDurable(this.#connection);
      return this.#connection.immediate(work);
    } catch (error) {
      if (
        error instanceof AppError &&
        (error.code === "state_corrupt" || error.code === "state_unreadable")
      ) {
        this.#failure = error;
      }
      throw error;
    }
  }

  /** Somebody may have added a trigger since the file was opened. */
  #checkSchema(): void {
    const cookie = this.#connection.pragma("schema_version");
    if (cookie === this.#schemaCookie) return;
    checkSchema(this.#connection);
    this.#schemaCookie = cookie;
  }

  /**
   * The digest decides. An unchanged generation spares computing it, but only for a digest of our own: one from outside might
   * never have belonged to that generation.
   */
  #checkUnchanged(transaction: Transaction, expected: Revision): void {
    const generation = readGeneration(transaction);
    const known =
      this.#known?.generation === generation ? this.#known.digest : readState(transaction).digest;
    if (known === expected.digest) return;
    throw new AppError("stale_plan", "the state has changed since it was planned against", {
      details: {
        expected: { generation: expected.generation, digest: expected.digest },
        found: { generation, digest: known },
      },
    });
  }
}
