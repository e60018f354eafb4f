/** A backup becomes the state again, without bringing back trust that was taken away since (design.md 4.3). */
import { existsSync, mkdtempSync, openSync, closeSync, fsyncSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { makeBackup } from "../backup/make.js";
import { AppError } from "../errors.js";
import type { RestorePlan, RestoreRequest, RestoreResult } from "../model/restore.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import { syncFolder } from "../state/create.js";
import { WriterLock } from "../state/lock.js";
import { openState, openStateForServing } from "../state/open.js";
import { checkPlace, newPath } from "../state/place.js";
import { buildRestored, type Built } from "../state/restore/build.js";
import { leavesTraces } from "../state/restore/live-copy.js";
import {
  readPending,
  readTakenBack,
  removePending,
  restoredPath,
  setPendingAside,
  workFolder,
  writePending,
  type PendingRestore,
} from "../state/restore/pending.js";
import { removeWork, settleRestore } from "../state/restore/settle.js";
import { finishState, type Finished } from "./finish.js";
import { checkKeepable, checkPlaces, quarantineName, stateFile } from "./places.js";
import { prepare, type Prepared, type RestoreTools } from "./prepare.js";
import { withRoom } from "./room.js";

export type { RestoreStep, RestoreTools } from "./prepare.js";

const HOLDER = "concordat restore";

/** What a restore would change. Changes nothing, and needs no lock. Throws as `runRestore`, but for `lock_held`. */
export async function planRestore(
  request: RestoreRequest,
  tools: RestoreTools,
): Promise<RestorePlan> {
  const work = mkdtempSync(join(tmpdir(), "concordat-restore-"));
  const remove = (): void => rmSync(work, { recursive: true, force: true });
  // An interrupt ends the process while another one reads the backup, and comes to no `finally`.
  process.once("exit", remove);
  try {
    const db = stateFile(request.db);
    if (readPending(db)?.stage === "built")
      throw new AppError("restore_pending", "a restore waits to be put in place", {
        hint: "finish it first: concordat restore with --yes, or start concordat serve",
      });
    return await withRoom(
      tmpdir(),
      "make room there, or set TMPDIR to another folder",
      async () => {
        const prepared = await prepare({ ...request, db }, tools, work);
        return describe(prepared, build(prepared, join(work, "restored")));
      },
    );
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/**
 * Restores. Killed at any step, the next run finishes it, or takes it back and begins anew. Throws AppError `lock_held` while
 * anyone writes the state, `bad_backup`, `backup_foreign` for another sovereign's, `restore_refused` for what would lose
 * something unasked, `operator_key_refused`, `authority_key_mismatch`, and what the making of a backup throws.
 */
export async function runRestore(
  given: RestoreRequest,
  tools: RestoreTools,
): Promise<RestoreResult> {
  const db = newPath(given.db);
  const request = { ...given, db: stateFile(db) };
  checkPlaces(request);
  checkPlace(db);
  const lock = WriterLock.acquire(db, HOLDER, toOffsetForm(fromInstant(tools.clock())));
  try {
    const earlier = readPending(db);
    if (settleRestore(db) === "finished") return finishedEarlier(request, tools, earlier);
    return await begin(request, tools, earlier);
  } finally {
    lock.release();
  }
}

async function begin(
  request: RestoreRequest,
  tools: RestoreTools,
  earlier: PendingRestore | null,
): Promise<RestoreResult> {
  const { db, backup, preRestoreBackup, escrow } = request;
  const pending: PendingRestore = {
    stage: "planned",
    backup: resolve(backup),
    preRestoreBackup: resolve(preRestoreBackup),
    escrow: resolve(escrow),
    quarantine: quarantineName(db, tools.clock()),
    line: null,
  };
  // One that this very restore had made before it was taken back is made again.
  const force = readTakenBack(db)?.preRestoreBackup === pending.preRestoreBackup;
  // Before the note, which says whose it is.
  if (!force) checkKeepable(preRestoreBackup);
  removeWork(db);
  writePending(db, pending);
  let built: { readonly plan: RestorePlan; readonly finished: Finished };
  let kept: string | null = null;
  try {
    tools.onStep("verify");
    const prepared = await inWorkFolder(db, async () => {
      return await prepare(request, tools, workFolder(db));
    });
    tools.onStep("back_up");
    kept = keepState(prepared, tools, force);
    tools.onStep("build");
    built = await inWorkFolder(db, () => buildAndFinish(prepared, tools));
  } catch (error) {
    removeWork(db);
    if (force || kept !== null) setPendingAside(db);
    else removePending(db);
    throw error;
  }
  const { plan, finished } = built;
  const { checkpoint, vkey } = finished;
  const line = { checkpoint, vkey, newLog: plan.log.from === "new" };
  const hadFiles = leavesTraces(db);
  writePending(db, { ...pending, stage: "built", line });
  tools.onStep("swap");
  settleRestore(db);
  tools.onStep("check");
  checkInPlace(db, escrow, checkpoint);
  return {
    plan,
    preRestoreBackup: kept,
    quarantine: hadFiles ? join(dirname(db), pending.quarantine) : null,
    generation: finished.generation,
    logSize: finished.logSize,
    checkpoint,
    resumed: earlier !== null,
  };
}

/** The copies of both states, and the new one with its journal. */
async function inWorkFolder<T>(db: string, work: () => T | Promise<T>): Promise<T> {
  const hint = "nothing has changed; make room for about five times the size of the state";
  return await withRoom(dirname(db), hint, work);
}

function buildAndFinish(
  prepared: Prepared,
  tools: RestoreTools,
): { readonly plan: RestorePlan; readonly finished: Finished } {
  const { db } = prepared.request;
  const file = restoredPath(db);
  const built = build(prepared, file);
  const scratch = join(workFolder(db), "escrow");
  const finished = finishState(file, scratch, prepared, built.changes, tools);
  const descriptor = openSync(file, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  syncFolder(workFolder(db));
  return { plan: describe(prepared, built), finished };
}

function build({ at, live, candidate, carried, request }: Prepared, file: string): Built {
  return buildRestored(file, {
    backup: candidate.file,
    live: live.found === "whole" ? live.file : null,
    log: carried,
    backupDigest: `sha256:${candidate.manifest.sha256}`,
    at,
    forgottenIds: request.forget.flatMap((item) => (item.what === "revocation" ? [item.id] : [])),
    forgottenFeeds: request.forget.flatMap((item) =>
      item.what === "feed" ? [{ issuer: item.issuer, sequence: item.sequence }] : [],
    ),
  });
}

function describe(prepared: Prepared, { changes, counts, feedSequence }: Built): RestorePlan {
  const { request, candidate, live, log, escrow, carried } = prepared;
  const { manifest } = candidate;
  return {
    db: request.db,
    sovereignId: manifest.sovereign_id,
    backup: {
      file: request.backup,
      digest: `sha256:${manifest.sha256}`,
      createdAt: manifest.created_at,
      generation: manifest.generation,
    },
    live: { found: live.found, why: live.found === "whole" ? null : live.why },
    log: {
      from: carried.from,
      origin: carried.from === "new" ? carried.origin : log.origin,
      size: log.size,
      backupSize: manifest.log.size,
      escrowSize: escrow?.size ?? null,
      lost: log.lost,
    },
    changes,
    counts,
    feedSequence,
  };
}

/** Null: what stands is no whole state, so that its files themselves are what is kept, in the quarantine. */
function keepState(
  { live, request, now }: Prepared,
  { key }: RestoreTools,
  force: boolean,
): string | null {
  if (live.found !== "whole") return null;
  const { preRestoreBackup: output, escrow } = request;
  try {
    // Of the copy: nobody writes the state meanwhile, and one of an older Concordat has been brought up to date there.
    makeBackup({ db: live.file, output, signer: key, now, escrow, force, holder: HOLDER });
    return output;
  } catch (error) {
    if (error instanceof AppError && NOT_WHOLE.has(error.code)) return null;
    throw error;
  }
}

/** Its rows can be read, and its log is not what it should be: no backup of it would hold. */
const NOT_WHOLE: ReadonlySet<string> = new Set([
  "log_broken",
  "log_rolled_back",
  "escrow_missing",
  "state_corrupt",
]);

/** Throws AppError `internal` when what was put in place is not what was built. */
function checkInPlace(db: string, escrow: string, checkpoint: string): void {
  const reader = openStateForServing(db, escrow);
  try {
    if (reader.log().head().checkpoint !== checkpoint)
      throw new AppError("internal", "the state in place is not the one that was restored");
  } finally {
    reader.close();
  }
}

/** An earlier run had built it, and all that was left was to put it in place. */
function finishedEarlier(
  request: RestoreRequest,
  { onStep }: RestoreTools,
  earlier: PendingRestore | null,
): RestoreResult {
  const { db, escrow, backup } = request;
  const checkpoint = earlier?.line?.checkpoint ?? "";
  onStep("check");
  checkInPlace(db, escrow, checkpoint);
  if (earlier?.backup !== resolve(backup))
    throw new AppError("restore_pending", `the restore of ${earlier?.backup} was finished first`, {
      hint: "look at the state, and run this again if it is still wanted",
    });
  const reader = openState(db);
  try {
    const quarantine = join(dirname(db), earlier.quarantine);
    return {
      plan: null,
      preRestoreBackup: existsSync(earlier.preRestoreBackup) ? earlier.preRestoreBackup : null,
      quarantine: existsSync(quarantine) ? quarantine : null,
      generation: reader.generation(),
      logSize: reader.log().head().size,
      checkpoint,
      resumed: true,
    };
  } finally {
    reader.close();
  }
}
