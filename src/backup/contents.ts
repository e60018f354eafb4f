/** What stands in a copy of a state, once all of it was read and holds. */
import type { BackupCounts, VerifiedBackup } from "../model/backup.js";
import type { LogHead } from "../model/log.js";
import type { AuthorityRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { AppError } from "../errors.js";
import { openRestingState, type Reached } from "../state/backup/read.js";
import { checkLog } from "./check-log.js";
import { judgeDocuments } from "./judge-documents.js";

export interface BackupContents {
  readonly authority: AuthorityRecord;
  readonly epoch: number;
  readonly generation: number;
  readonly schema: number;
  readonly counts: BackupCounts;
  readonly signatures: VerifiedBackup["signatures"];
  readonly head: LogHead;
}

/**
 * Reads the file through: schema, pages, references, what is signed, and the log recomputed. `at` decides what is in force.
 * The log must go on from `reached`, where it is given.
 * Throws AppError `state_missing` when nothing was applied to it, `state_foreign`, `state_newer`, `state_corrupt`,
 * `state_unreadable`, `log_broken`, `log_rolled_back`, `escrow_missing`.
 */
export function readContents(file: string, at: Instant, reached: Reached | null): BackupContents {
  const state = openRestingState(file, reached);
  try {
    const authority = state.reader.authority();
    if (authority === null)
      throw new AppError("state_missing", "nothing was applied to this state, so it is nobody's");
    return {
      authority,
      epoch: state.epoch,
      generation: state.reader.generation(),
      schema: state.schema,
      counts: state.counts,
      signatures: judgeDocuments(state, authority, at),
      head: checkLog(state.reader.log()),
    };
  } finally {
    state.close();
  }
}
