/** A restore: what is asked for, what it changes, and what came of it. */
import type { Digest } from "./digest.js";
import type { PublicKey } from "./documents.js";
import type { Timestamp } from "./time.js";

/** An exception to what a restore carries forward. */
export type Forget =
  | { readonly what: "feed"; readonly issuer: string; readonly sequence: number }
  | { readonly what: "revocation"; readonly id: string };

export interface RestoreRequest {
  /** The authority's database, which may be damaged or missing. */
  readonly db: string;
  readonly backup: string;
  /** Where the state is kept as it is before anything changes. */
  readonly preRestoreBackup: string;
  /** The escrow of the state's log. */
  readonly escrow: string;
  /** Keys that may have signed the backup beside the authority's: those it had earlier. */
  readonly backupKeys: readonly PublicKey[];
  readonly forget: readonly Forget[];
  /** Set: entries that nobody can read any more are given up, and a log of another name begins. */
  readonly acceptLostLog: boolean;
  /** Who restores, as the audit names them. */
  readonly by: string;
  readonly reason: string | null;
}

/** What became of one object. */
export interface RestoreChange {
  readonly kind: RestoredKind;
  readonly id: string;
  /** The name of its resource, where the inventory knows one. */
  readonly name: string | null;
  readonly why: RestoreReason;
}

export type RestoredKind =
  | "RecognitionTreaty"
  | "MembershipAttestation"
  | "OperatorKey"
  | "Sovereign"
  | "RecognitionPolicy"
  | "RevocationFeed"
  | "ImportedRevocation";

export type RestoreReason =
  /** Issued after the backup was made: revoked, for whoever holds it must learn that it counts no more. */
  | "issued_after_backup"
  /** Its row says active; the backup, the log, a tombstone or our own feed says revoked. */
  | "was_revoked"
  /** Stands otherwise in the backup than in the state: left out until git writes it anew. */
  | "differs_from_backup"
  /** Only the state knows it: left out until git writes it anew. */
  | "not_in_backup"
  /** Its row was lost or changed, and stands again as in the backup. */
  | "row_restored"
  /** Revoked, retired, suspended or imported since the backup. */
  | "since_backup"
  /** Named by `--forget`. */
  | "asked_for";

/** The log that the restored state goes on with. */
export interface RestoredLog {
  /** `new`: the entries after the backup are lost, and were given up. */
  readonly from: "live" | "backup" | "new";
  readonly origin: string | null;
  readonly size: number;
  readonly backupSize: number;
  /** Of the newest checkpoint in escrow; null when there is none. */
  readonly escrowSize: number | null;
  /** Why entries are missing that were acknowledged; null when none are. */
  readonly lost: string | null;
}

export interface RestorePlan {
  readonly db: string;
  readonly sovereignId: string;
  readonly backup: {
    readonly file: string;
    readonly digest: Digest;
    readonly createdAt: Timestamp;
    readonly generation: number;
  };
  /** Of what is at `db`; `why` says what is wrong with it. */
  readonly live: { readonly found: "whole" | "damaged" | "missing"; readonly why: string | null };
  readonly log: RestoredLog;
  readonly changes: RestoreChanges;
  readonly counts: RestoreCounts;
  /** The sequence of our own feed after the restore; null when none was ever published. */
  readonly feedSequence: number | null;
}

export interface RestoreChanges {
  /** Trusted as it stands, and not afterwards. */
  readonly goes: readonly RestoreChange[];
  /** Left out, and git writes it anew if it still says so. */
  readonly leftToGit: readonly RestoreChange[];
  /** What was taken away since the backup, and stays so. */
  readonly carried: readonly RestoreChange[];
  readonly forgotten: readonly RestoreChange[];
  /** Trusted afterwards, and not as it stands. */
  readonly comes: readonly RestoreChange[];
}

/** Rows of the restored state. */
export interface RestoreCounts {
  readonly treaties: { readonly active: number; readonly revoked: number };
  readonly attestations: { readonly active: number; readonly revoked: number };
  readonly operatorKeys: number;
  readonly sovereigns: number;
  readonly importedRevocations: number;
}

export interface RestoreResult {
  /** Null when an earlier run had built the state, and this one put it in place. */
  readonly plan: RestorePlan | null;
  /** Null when the state was no whole one: its files stand in the quarantine. */
  readonly preRestoreBackup: string | null;
  /** Where the files of the state before stand; null when there were none. Nothing removes it. */
  readonly quarantine: string | null;
  /** Of the restored state. */
  readonly generation: number;
  readonly logSize: number;
  readonly checkpoint: string;
  /** An earlier run had begun this restore. */
  readonly resumed: boolean;
}
