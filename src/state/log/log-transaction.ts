/** One transaction's part in the log: its events become leaves, and the head that they make is signed before it commits. */
import { AppError } from "../../errors.js";
import type { LogOptions } from "../../model/log.js";
import {
  parseCheckpoint,
  signCheckpoint,
  verifyCheckpoint,
} from "../../protocol/log/checkpoint.js";
import { leafHash, rootAt, storedHashIndex } from "../../protocol/log/merkle.js";
import { logOrigin } from "../../protocol/log/origin.js";
import { vkeyOf } from "../../protocol/log/vkey.js";
import type { Transaction } from "../connection.js";
import { readAll } from "../snapshot.js";
import { AUTHORITY } from "../tables.js";
import { Appender, type EventToLog } from "./append.js";
import { readHead, writeHead, type StoredHead } from "./head.js";
import type { EscrowLine } from "./escrow-file.js";
import { iterateLeaves, readHash } from "./stored-hashes.js";

export interface LogContext extends Pick<LogOptions, "signer" | "random"> {
  readonly epoch: number;
  /** Size of the newest checkpoint that the escrow holds; left out: what the head says of it. */
  readonly escrowed?: number;
}

/** A checkpoint that is to be put in escrow once its transaction is committed. */
export interface Signed extends EscrowLine {
  readonly size: number;
}

export class LogTransaction {
  readonly #transaction: Transaction;
  readonly #context: LogContext;
  /** Read with the first append: most transactions log nothing. */
  #open: { readonly head: StoredHead; readonly appender: Appender } | null = null;

  constructor(transaction: Transaction, context: LogContext) {
    this.#transaction = transaction;
    this.#context = context;
  }

  /** Appends a leaf for each event. `generation` is the one that the transaction makes, or leaves as it is. */
  append(events: readonly EventToLog[], generation: number): void {
    const { appender } = (this.#open ??= this.#begin());
    const [authority] = readAll(this.#transaction, AUTHORITY);
    const { epoch } = this.#context;
    const origin = { authority: authority?.sovereignId ?? null, epoch, generation };
    for (const event of events) appender.append(event, origin);
  }

  /**
   * Writes the head, signed if the authority's key is at hand. Gives what the escrow does not hold yet; null when there is
   * nothing, or no key that would have signed it.
   */
  finish(): Signed | null {
    if (this.#open === null) return null;
    const { head, appender } = this.#open;
    const [authority] = readAll(this.#transaction, AUTHORITY);
    const { escrowed = head.escrowed } = this.#context;
    const { size } = appender;
    const origin =
      head.origin ?? (authority === undefined ? null : logOrigin(authority.sovereignId));
    const next: StoredHead = { ...head, origin, size, root: appender.root(), escrowed };
    if (origin === null || authority === undefined) {
      this.#write(head, next);
      return null;
    }
    const vkey = vkeyOf(origin, authority.publicKey);
    const signer = size > head.checkpointSize ? this.#context.signer() : null;
    if (signer?.publicKey !== authority.publicKey) {
      this.#write(head, next);
      return notInEscrow(next, vkey);
    }
    this.#checkUnsigned(head, size);
    const checkpoint = signCheckpoint(next, origin, signer);
    this.#write(head, { ...next, checkpoint, checkpointSize: size });
    return { size, checkpoint, vkey };
  }

  #write(before: StoredHead, after: StoredHead): void {
    const isSame =
      before.size === after.size &&
      before.origin === after.origin &&
      before.checkpointSize === after.checkpointSize &&
      before.escrowed === after.escrowed;
    if (!isSame) writeHead(this.#transaction, after);
  }

  #begin(): { readonly head: StoredHead; readonly appender: Appender } {
    const head = readHead(this.#transaction);
    return { head, appender: new Appender(this.#transaction, head.size, this.#context.random) };
  }

  /**
   * What is signed must be what stands in the file, and go on from what was signed before: a log that has signed two
   * histories is worth nothing. Throws AppError `log_broken`.
   */
  #checkUnsigned({ checkpoint, checkpointSize }: StoredHead, size: number): void {
    const read = (positions: readonly number[]): Uint8Array[] =>
      positions.map((position) => readHash(this.#transaction, position));
    if (checkpoint !== null) {
      const signed = parseCheckpoint(checkpoint);
      const root = rootAt(checkpointSize, read);
      if (signed.size !== checkpointSize || Buffer.compare(signed.root, root) !== 0)
        throw new AppError(
          "log_broken",
          `the log is not the one that was signed at size ${checkpointSize}`,
        );
    }
    for (const { index, leaf } of iterateLeaves(this.#transaction, checkpointSize, size)) {
      const stored = readHash(this.#transaction, storedHashIndex(0, index));
      if (Buffer.compare(leafHash(leaf), stored) !== 0)
        throw new AppError("log_broken", `entry ${index} is not the one that was hashed`, {
          details: { index },
        });
    }
  }
}

/** After a crash between commit and escrow, it is the checkpoint that was signed then. */
function notInEscrow(
  { checkpoint, checkpointSize, escrowed }: StoredHead,
  vkey: string,
): Signed | null {
  if (checkpoint === null || checkpointSize <= escrowed) return null;
  try {
    verifyCheckpoint(checkpoint, vkey);
  } catch (error) {
    // The key was changed since then. The next checkpoint is signed with the new one, and says as much.
    if (error instanceof AppError && error.code === "bad_note") return null;
    throw error;
  }
  return { size: checkpointSize, checkpoint, vkey };
}
