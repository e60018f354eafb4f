/** What a verification of the log says. */

/** What is wrong, for programs; the message says it for people. */
export type LogFaultCode =
  | "applied_mismatch"
  | "checkpoint_refused"
  | "commitment_mismatch"
  | "document_altered"
  | "escrow_mismatch"
  | "erased_unlogged"
  | "event_altered"
  | "event_missing"
  | "event_swapped"
  | "event_unlogged"
  | "export_damaged"
  | "feed_altered"
  | "index_gap"
  | "leaf_altered"
  | "leaf_unreadable"
  | "node_altered"
  | "not_an_extension"
  | "proof_refused"
  | "revocation_undone"
  | "root_mismatch"
  | "salt_missing"
  | "state_damaged"
  | "tail_truncated"
  | "tail_unrecorded"
  | "tile_mismatch";

export interface LogFault {
  /** The first bad entry; null for a fault of the log as a whole, e.g. of its checkpoint's signature. */
  readonly index: number | null;
  readonly fault: LogFaultCode;
  readonly message: string;
}

/** Whose key the checkpoint was verified with: the caller's, or one that stands beside the log and proves less. */
export type KeySource = "given" | "state" | "export";

/** The result of `audit verify`, as `--json` prints it. */
export interface Verification {
  readonly verified: boolean;
  readonly source: "database" | "export" | "url" | "proof";
  readonly origin: string | null;
  /** Of the log that was verified, or that the checkpoint names. */
  readonly size: number;
  /** Base64; null when nothing could be computed. */
  readonly root: string | null;
  /** Entries that were checked, up to the fault. */
  readonly entries: number;
  /** Size of the checkpoint whose signature holds; 0 when none does. */
  readonly signed_size: number;
  readonly key_from: KeySource | null;
  /** The verifier key itself, which a second source should confirm unless it was given. */
  readonly vkey: string | null;
  /** Sizes of earlier checkpoints that the log was found to extend: escrow and --since. */
  readonly extends: readonly number[];
  /** Of the checkpoint in escrow, which the log was found to extend; null when there was none to compare with. */
  readonly escrow_size: number | null;
  /** Values that were compared with their commitments, and those that were not there to compare. */
  readonly disclosed: number;
  readonly hidden: number;
  readonly fault: LogFault | null;
}

/** A fault, thrown where the first one ends the verification. */
export class Faulty extends Error {
  readonly fault: LogFault;

  constructor(fault: LogFault["fault"], index: number | null, message: string) {
    super(message);
    this.fault = { index, fault, message };
  }
}
