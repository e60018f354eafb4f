/** The one writer of a state: a batch is a value, a commit is a compare-and-swap (design.md 6). */
import { AppError, type ErrorCode } from "../errors.js";
import type { AuditEvent } from "../model/audit.js";
import type { JsonObject } from "../model/json.js";
import type { Resource } from "../model/resources.js";
import type { Batch, Digest, Note, Snapshot } from "../model/state.js";
import { writeEvent } from "./audit-events.js";
import { Connection, type Transaction } from "./connection.js";
import { checkSchema } from "./inspect.js";
import type { WriterLock } from "./lock.js";
import { applyOperation } from "./operations/apply-operation.js";
import { putApplied } from "./operations/inventory.js";
import { trust, writeNote } from "./operations/notes.js";
import { BUSY_TIMEOUT_MS, checkDurable, leaveWal } from "./pragmas.js";
import { FileReader, type StateReader } from "./reader.js";
import { writeResources } from "./resource-cache.js";
import { SameFile } from "./same-file.js";
import { readGeneration, readState } from "./snapshot.js";
import { checkEpoch, readEpoch } from "./writer-epoch.js";

/** Names one state: two equal digests hold the same rows, and equal generations were not written to in between. */
export interface Revision {
  readonly generation: number;
  /** Left out: the generation alone decides, which is right for what was just read through the same writer. */
  readonly digest?: Digest;
}

/** After these nothing is written any more: what the file holds, or whose it is, is known only once it is opened anew. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  "state_corrupt",
  "state_foreign",
  "state_unreadable",
  "writer_fenced",
]);

export interface StateWriter extends StateReader {
  /** Which of the state's writers this one is: every later one has a higher number. */
  readonly epoch: number;
  /**
   * Applies the batch, with its notes and audit events, in one transaction, and gives the generation it made: everything, or
   * nothing. Throws AppError `stale_plan` when the state is not the one `expected` names, `lock_held` when another program is
   * writing, `writer_fenced` when another writer has taken over, `internal` for an operation that does not fit,
   * `state_unreadable` or `state_corrupt` when the file fails.
   */
  commit(batch: Batch, expected: Revision): number;
  /** Writes notes and events in one transaction. Leaves the revision as it is. Throws as `commit`, but for `stale_plan`. */
  note(notes: readonly Note[], events: readonly AuditEvent[]): void;
  /** Remembers the resources of blobs that were parsed. Leaves the revision as it is. */
  cacheResources(parsed: ReadonlyMap<string, readonly Resource[]>): void;
}

export class FileWriter extends FileReader implements StateWriter {
  readonly epoch: number;
  readonly #connection: Connection;
  readonly #lock: WriterLock;
  readonly #file: SameFile;
  /** The last revision that this writer computed itself. */
  #known: Required<Revision> | null = null;
  /** SQLite's count of changes to the schema, when it was last found unaltered. */
  #schemaCookie: unknown = null;
  /** The first of these errors, once there was one. */
  #failure: AppError | null = null;
  #closed = false;

  constructor(connection: Connection, lock: WriterLock, epoch: number) {
    super({
      get: () => connection,
      apart: () => new Connection(connection.path, { readonly: true, timeout: BUSY_TIMEOUT_MS }),
      close: () => {},
    });
    this.#connection = connection;
    this.#lock = lock;
    this.#file = new SameFile(connection.path);
    this.epoch = epoch;
  }

  /** Asked by every look at the state, also by one that writes nothing. */
  override generation(): number {
    this.#file.check();
    return super.generation();
  }

  override snapshot(): Snapshot {
    const snapshot = super.snapshot();
    this.#known = { generation: snapshot.generation, digest: snapshot.digest };
    return snapshot;
  }

  commit(batch: Batch, expected: Revision): number {
    return this.#write((transaction) => {
      this.#checkUnchanged(transaction, expected);
      // Commits count themselves, once; the triggers would do it once a row (migrations/002).
      transaction.run("UPDATE concordat_meta SET committing = 1");
      for (const operation of batch.operations) applyOperation(transaction, operation);
      if (batch.applied !== null) {
        putApplied(transaction, batch.applied);
        trust(transaction, batch.applied);
      }
      writeRecords(transaction, batch);
      transaction.run("UPDATE concordat_meta SET committing = 0, generation = generation + 1");
      return readGeneration(transaction);
    });
  }

  note(notes: readonly Note[], events: readonly AuditEvent[]): void {
    this.#write((transaction) => writeRecords(transaction, { notes, events }));
  }

  cacheResources(parsed: ReadonlyMap<string, readonly Resource[]>): void {
    this.#write((transaction) => writeResources(transaction, parsed));
  }

  override close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      // Another writer has the file now, and its journal mode is its own affair.
      if (this.#file.isInPlace && readEpoch(this.#connection) === this.epoch)
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
      this.#file.check();
      checkDurable(this.#connection);
      return this.#connection.immediate((transaction) => {
        checkEpoch(transaction, this.epoch, this.#connection.path);
        this.#checkSchema();
        return work(transaction);
      });
    } catch (error) {
      if (error instanceof AppError && FINAL.has(error.code)) this.#failure = error;
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
    if (expected.digest === undefined) {
      if (generation === expected.generation) return;
      throw stale({ generation: expected.generation }, { generation });
    }
    const digest =
      this.#known?.generation === generation ? this.#known.digest : readState(transaction).digest;
    if (digest === expected.digest) return;
    throw stale(
      { generation: expected.generation, digest: expected.digest },
      { generation, digest },
    );
  }
}

function writeRecords(
  transaction: Transaction,
  { notes, events }: Pick<Batch, "notes" | "events">,
): void {
  for (const note of notes) writeNote(transaction, note);
  for (const event of events) writeEvent(transaction, event);
}

function stale(expected: JsonObject, found: JsonObject): AppError {
  return new AppError("stale_plan", "the state has changed since it was planned against", {
    details: { expected, found },
  });
}
