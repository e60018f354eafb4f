/** What `concordat restore --json` prints. */
import type { RestoreChange, RestorePlan, RestoreResult } from "../model/restore.js";

interface PlanReport {
  readonly db: string;
  readonly sovereign_id: string;
  readonly backup: {
    readonly file: string;
    readonly digest: string;
    readonly created_at: string;
    readonly generation: number;
  };
  readonly live: RestorePlan["live"];
  readonly log: {
    readonly from: RestorePlan["log"]["from"];
    readonly origin: string | null;
    readonly size: number;
    readonly backup_size: number;
    readonly escrow_size: number | null;
    readonly lost: string | null;
  };
  readonly goes: readonly RestoreChange[];
  readonly left_to_git: readonly RestoreChange[];
  readonly carried: readonly RestoreChange[];
  readonly forgotten: readonly RestoreChange[];
  readonly comes: readonly RestoreChange[];
  readonly counts: {
    readonly treaties: RestorePlan["counts"]["treaties"];
    readonly attestations: RestorePlan["counts"]["attestations"];
    readonly operator_keys: number;
    readonly sovereigns: number;
    readonly imported_revocations: number;
  };
  readonly feed_sequence: number | null;
}

export interface RestoreReport {
  /** False for --dry-run. */
  readonly restored: boolean;
  /** Null when an earlier run had built the state, and this one put it in place. */
  readonly plan: PlanReport | null;
  readonly result: {
    readonly pre_restore_backup: string | null;
    readonly quarantine: string | null;
    readonly generation: number;
    readonly log_size: number;
    readonly checkpoint: string;
    readonly resumed: boolean;
  } | null;
}

export function reportPlan(plan: RestorePlan): RestoreReport {
  return { restored: false, plan: planReport(plan), result: null };
}

export function reportRestore(result: RestoreResult): RestoreReport {
  const { plan, preRestoreBackup, quarantine, generation, logSize, checkpoint, resumed } = result;
  return {
    restored: true,
    plan: plan === null ? null : planReport(plan),
    result: {
      pre_restore_backup: preRestoreBackup,
      quarantine,
      generation,
      log_size: logSize,
      checkpoint,
      resumed,
    },
  };
}

function planReport(plan: RestorePlan): PlanReport {
  const { db, sovereignId, backup, live, log, changes, counts, feedSequence } = plan;
  return {
    db,
    sovereign_id: sovereignId,
    backup: {
      file: backup.file,
      digest: backup.digest,
      created_at: backup.createdAt,
      generation: backup.generation,
    },
    live,
    log: {
      from: log.from,
      origin: log.origin,
      size: log.size,
      backup_size: log.backupSize,
      escrow_size: log.escrowSize,
      lost: log.lost,
    },
    goes: changes.goes,
    left_to_git: changes.leftToGit,
    carried: changes.carried,
    forgotten: changes.forgotten,
    comes: changes.comes,
    counts: {
      treaties: counts.treaties,
      attestations: counts.attestations,
      operator_keys: counts.operatorKeys,
      sovereigns: counts.sovereigns,
      imported_revocations: counts.importedRevocations,
    },
    feed_sequence: feedSequence,
  };
}
