/** The audit log: one RFC 6962 tree whose leaves are the audit events, in the order in which they were committed. */
import type { PublicKey } from "./documents.js";

/** The tree as it stands, and the newest checkpoint that was signed of it. */
export interface LogHead {
  /** Number of leaves. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** The first line of every checkpoint, and the name of its key; null before the authority is known. */
  readonly origin: string | null;
  /** The newest checkpoint as a signed note; null before the first signature. */
  readonly checkpoint: string | null;
  /** Of the newest checkpoint; behind `size` while leaves wait for a signer. 0 before the first. */
  readonly checkpointSize: number;
}

/** Signs checkpoints: the authority's private key, or whatever holds it. */
export interface LogSigner {
  readonly publicKey: PublicKey;
  /** Gives the signature in base64. */
  sign(bytes: Uint8Array): string;
}

/** What a writer needs beside the state's file to keep the log. */
export interface LogOptions {
  /** Asked at every commit; null: leaves are appended, and the next writer with a key signs them. */
  readonly signer: () => LogSigner | null;
  /** The file outside of the state and its backups that the newest checkpoint is appended to. */
  readonly escrow: string;
  /** Gives so many random bytes, for the salts of commitments. */
  readonly random: (size: number) => Uint8Array;
}

/** One leaf, and what the side tables know of the values that it commits to. */
export interface StoredEntry {
  readonly index: number;
  readonly eventId: string;
  /** The exact bytes whose hash is in the tree. */
  readonly leaf: Uint8Array;
  /** The row of `audit_events`; null when it is gone. */
  readonly eventJson: string | null;
  /** The time beside it in that row, by which events are found; null when the row is gone. */
  readonly createdAt: string | null;
  /** By field; a field without one was erased. */
  readonly salts: ReadonlyMap<string, Uint8Array>;
}

/** Reads hashes of the tree by their positions in stored-hash order. Throws AppError `log_broken` for one that is not there. */
export type HashReader = (positions: readonly number[]) => readonly Uint8Array[];
