/** The one writer of a state: a batch is a value, a commit is a compare-and-swap (design.md 6). */
import { AppError, type ErrorCode } from "../errors.js";
import type { AuditEvent } from "../model/audit.js";
import type { JsonObject } from "../model/json.js";
import type { LogOptions } from "../model/log.js";
import type { Resource } from "../model/resources.js";
import type { Batch, Digest, Note, Snapshot } from "../model/state.js";
import { parseEvent, writeEvent } from "./audit-events.js";
import { Connection, type Transaction } from "./connection.js";
import { checkSchema } from "./inspect.js";
import type { WriterLock } from "./lock.js";
import type { EventToLog } from "./log/append.js";
import { eraseEntryField } from "./log/erase.js";
import { appendToEscrow } from "./log/escrow-file.js";
import { takeForeignRows, type WrapRow } from "./log/foreign-rows.js";
import { readHead } from "./log/head.js";
import { LogTransaction, type Signed } from "./log/log-transaction.js";
import { applyOperation } from "./operations/apply-operation.js";
import { putApplied } from "./operations/inventory.js";
import { trust, writeNote } from "./operations/notes.js";
import { BUSY_TIMEOUT_MS, checkDurable, leaveWal } from "./pragmas.js";
import { FileReader } from "./file-reader.js";
import type { StateReader } from "./reader.js";
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
  "escrow_unusable",
  "log_broken",
  "state_corrupt",
  "state_foreign",
  "state_unreadable",
  "writer_fenced",
]);

/** Entries that were taken over from another program: `count` of them, from `index` on. */
export interface Accepted {
  readonly index: number;
  readonly count: number;
}

export interface StateWriter extends StateReader {
  /** Which of the state's writers this one is: every later one has a higher number. */
  readonly epoch: number;
  /**
   * Applies the batch, with its notes and audit events, in one transaction, and gives the generation it made: everything, or
   * nothing. Throws AppError `stale_plan` when the state is not the one `expected` names, `lock_held` when another program is
   * writing, `writer_fenced` when another writer has taken over, `internal` for an operation that does not fit,
   * `state_unreadable` or `state_corrupt` when the file fails. After `escrow_unusable` the change stands in the state, and in
   * its log, but must not be acknowledged: the next writer puts the checkpoint in escrow that could not be put there.
   */
  commit(batch: Batch, expected: Revision): number;
  /** Writes notes and events in one transaction. Leaves the revision as it is. Throws as `commit`, but for `stale_plan`. */
  note(notes: readonly Note[], events: readonly AuditEvent[]): void;
  /**
   * Erases a field of an entry of the log, and writes the event that says so. False, and no event, when it was erased before.
   * Throws as `note`, and AppError `log_entry_not_found` and `log_field_not_found`.
   */
  erase(index: number, field: string, event: AuditEvent): boolean;
  /**
   * Logs the rows of `audit_events` that other programs have written, as they are found, and behind them the event that
   * `record` makes of where they stand. `wrap` makes an event of a row that holds none. Gives how many there were; without any,
   * nothing is written. Throws as `note`.
   */
  acceptForeignRows(wrap: WrapRow, record: (accepted: Accepted) => AuditEvent): number;
  /** Signs and puts in escrow what waits for it: the leaves of writers without a key. Throws as `note`. */
  settleLog(): void;
  /** Remembers the resources of blobs that were parsed. Leaves the revision as it is. */
  cacheResources(parsed: ReadonlyMap<string, readonly Resource[]>): void;
}

export interface WriterOptions {
  readonly epoch: number;
  readonly log: LogOptions;
  /** Size of the newest checkpoint in the escrow, which the log extends; 0 when there is none. */
  readonly escrowed: number;
}

export class FileWriter extends FileReader implements StateWriter {
  readonly epoch: number;
  readonly #connection: Connection;
  readonly #lock: WriterLock;
  readonly #file: SameFile;
  readonly #log: LogOptions;
  /** Size of the newest checkpoint in the escrow. */
  #escrowed: number;
  /** The last revision that this writer computed itself. */
  #known: Required<Revision> | null = null;
  /** SQLite's count of changes to the schema, when it was last found unaltered. */
  #schemaCookie: unknown = null;
  /** The first of these errors, once there was one. */
  #failure: AppError | null = null;
  #closed = false;

  constructor(connection: Connection, lock: WriterLock, { epoch, log, escrowed }: WriterOptions) {
    super({
      get: () => connection,
      apart: () => new Connection(connection.path, { readonly: true, timeout: BUSY_TIMEOUT_MS }),
      close: () => {},
    });
    this.#connection = connection;
    this.#lock = lock;
    this.#file = new SameFile(connection.path);
    this.epoch = epoch;
    this.#log = log;
    this.#escrowed = escrowed;
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
    return this.#write((transaction, log) => {
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
      const generation = readGeneration(transaction);
      log.append([...adoptedEvents(batch), ...batch.events.map(toLog)], generation);
      return generation;
    });
  }

  note(notes: readonly Note[], events: readonly AuditEvent[]): void {
    this.#write((transaction, log) => {
      writeRecords(transaction, { notes, events });
      if (events.length > 0) log.append(events.map(toLog), readGeneration(transaction));
    });
  }

  erase(index: number, field: string, event: AuditEvent): boolean {
    return this.#write((transaction, log) => {
      if (!eraseEntryField(transaction, index, field)) return false;
      writeEvent(transaction, event);
      log.append([toLog(event)], readGeneration(transaction));
      return true;
    });
  }

  acceptForeignRows(wrap: WrapRow, record: (accepted: Accepted) => AuditEvent): number {
    return this.#write((transaction, log) => {
      const rows = takeForeignRows(transaction, wrap);
      if (rows.length === 0) return 0;
      const event = record({ index: readHead(transaction).size, count: rows.length });
      writeEvent(transaction, event);
      log.append([...rows, toLog(event)], readGeneration(transaction));
      return rows.length;
    });
  }

  settleLog(): void {
    this.#write((transaction, log) => log.append([], readGeneration(transaction)));
  }

  cacheResources(parsed: ReadonlyMap<string, readonly Resource[]>): void {
    this.#write((transaction) => writeResources(transaction, parsed));
  }

  override close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rememberEscrow();
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

  #write<T>(work: (transaction: Transaction, log: LogTransaction) => T): T {
    if (this.#failure !== null) throw this.#failure;
    try {
      this.#file.check();
      checkDurable(this.#connection);
      const { signer, random } = this.#log;
      const context = { epoch: this.epoch, escrowed: this.#escrowed, signer, random };
      const { result, signed } = this.#connection.immediate((transaction) => {
        checkEpoch(transaction, this.epoch, this.#connection.path);
        this.#checkSchema();
        const log = new LogTransaction(transaction, context);
        return { result: work(transaction, log), signed: log.finish() };
      });
      if (signed !== null) this.#putInEscrow(signed);
      return result;
    } catch (error) {
      if (error instanceof AppError && FINAL.has(error.code)) this.#failure = error;
      throw error;
    }
  }

  /** The next start is to know of an escrow that a first commit has begun. What waits for a later one is no loss. */
  #rememberEscrow(): void {
    if (this.#failure !== null || this.#escrowed === 0) return;
    try {
      this.settleLog();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  /** Before anybody hears of the commit: what was acknowledged is then known outside of the state too. */
  #putInEscrow(signed: Signed): void {
    appendToEscrow(this.#log.escrow, signed, this.#escrowed === 0);
    this.#escrowed = signed.size;
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

function toLog(event: AuditEvent): EventToLog {
  return { id: event.event_id, event: { ...event } };
}

/** Oldest first. */
function adoptedEvents({ operations }: Batch): EventToLog[] {
  return operations
    .flatMap((operation) => (operation.do === "adopt" ? operation.rows.events : []))
    .toSorted((left, right) => compareText(left.createdAt, right.createdAt))
    .map(({ id, json }) => ({ id, event: parseEvent(id, json) }));
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function stale(expected: JsonObject, found: JsonObject): AppError {
  return new AppError("stale_plan", "the state has changed since it was planned against", {
    details: { expected, found },
  });
}
