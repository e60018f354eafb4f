/** A backup becomes the state again, without bringing back trust that was taken away since (design.md 4.3). */
import { AppError } from "../errors.js";
import type { RestorePlan, RestoreRequest, RestoreResult } from "../model/restore.js";
import type { Instant } from "../model/time.js";
import type { PrivateKey } from "../sign/private-key.js";

/** The steps of a restore, in order. */
export type RestoreStep = "verify" | "back_up" | "build" | "swap" | "check";

export interface RestoreTools {
  readonly clock: () => Instant;
  readonly random: (size: number) => Uint8Array;
  /** The authority's key, which signs the checkpoint and our feed. */
  readonly key: PrivateKey;
  /** What `--forget` and `acceptLostLog` need: a privileged operator's key. */
  readonly operatorKey: PrivateKey | null;
  readonly onStep: (step: RestoreStep) => void;
}

/** What a restore would change. Changes nothing, and needs no lock. Throws as `runRestore`, but for `lock_held`. */
export async function planRestore(
  _request: RestoreRequest,
  _tools: RestoreTools,
): Promise<RestorePlan> {
  throw new AppError("internal", "not yet");
}

/**
 * Restores. Killed at any step, the next run finishes it, or takes it back and begins anew. Throws AppError `lock_held` while
 * anyone writes the state, `bad_backup`, `backup_foreign` for another sovereign's, `restore_refused` for what would lose
 * something unasked, `authority_key_mismatch`, and what the making of a backup throws.
 */
export async function runRestore(
  _request: RestoreRequest,
  _tools: RestoreTools,
): Promise<RestoreResult> {
  throw new AppError("internal", "not yet");
}
