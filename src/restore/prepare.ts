/** Everything a restore has to know and to refuse before it builds anything. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.js";
import type { PublicKey } from "../model/documents.js";
import type { RestoreRequest } from "../model/restore.js";
import type { Instant } from "../model/time.js";
import { encodeBase64 } from "../protocol/base64.js";
import { fromInstant, toOffsetForm } from "../protocol/instant.js";
import { logOrigin, nextOrigin } from "../protocol/log/origin.js";
import { uuid4 } from "../protocol/uuid.js";
import { assertAuthorityKey } from "../sign/authority-key.js";
import type { PrivateKey } from "../sign/private-key.js";
import { readEscrow, type Escrowed } from "../state/log/escrow.js";
import { openState } from "../state/open.js";
import type { StateReader } from "../state/reader.js";
import type { CarriedLog } from "../state/restore/carry-log.js";
import { copyLive, type LiveState } from "../state/restore/live-copy.js";
import { takeCandidate, type Candidate, type VerifyCandidate } from "./candidate.js";
import { chooseLog, type ChosenLog } from "./choose-log.js";
import { checkExceptions } from "./exceptions.js";
import { privilegedKeyId } from "./operator.js";

/** The steps of a restore, in order. */
export type RestoreStep = "verify" | "back_up" | "build" | "swap" | "check";

export interface RestoreTools {
  readonly clock: () => Instant;
  readonly random: (size: number) => Uint8Array;
  /** The authority's key, which signs the checkpoint and our feed. */
  readonly key: PrivateKey;
  /** What `--forget` and `acceptLostLog` need: a privileged operator's key. */
  readonly operatorKey: PrivateKey | null;
  readonly verify: VerifyCandidate;
  readonly onStep: (step: RestoreStep) => void;
}

export interface Prepared {
  readonly request: RestoreRequest;
  readonly now: Instant;
  /** The same moment, in `+00:00` form. */
  readonly at: string;
  readonly live: LiveState;
  readonly candidate: Candidate;
  readonly log: ChosenLog;
  readonly escrow: Escrowed | null;
  readonly carried: CarriedLog;
  /** Of the operator who answers for the exceptions; null where there are none. */
  readonly keyId: string | null;
}

/** Copies go to the folder `work`, which is made. Throws as `runRestore`, but for `lock_held`. */
export async function prepare(
  request: RestoreRequest,
  tools: RestoreTools,
  work: string,
): Promise<Prepared> {
  mkdirSync(work, { recursive: true, mode: 0o700 });
  const now = tools.clock();
  const at = toOffsetForm(fromInstant(now));
  // The escrow first: a live state may add to both in between.
  const escrow = readEscrow(request.escrow);
  const live = copyLive(request.db, join(work, "live"), at);
  const readers: StateReader[] = [];
  const open = (file: string): StateReader => {
    const reader = openState(file);
    readers.push(reader);
    return reader;
  };
  try {
    const standing = live.found === "whole" ? open(live.file) : null;
    const authority = standing?.authority() ?? null;
    const keys = [tools.key.publicKey, ...request.backupKeys];
    if (authority !== null) keys.push(authority.publicKey);
    const expected = { sovereignId: authority?.sovereignId ?? null, keys, at };
    const folder = join(work, "backup");
    const candidate = await takeCandidate(request.backup, folder, tools.verify, expected);
    const backup = open(candidate.file);
    checkOwnEscrow(request.escrow, escrow, candidate.manifest.sovereign_id);
    const log = chooseLog({
      live: live.found === "whole" && live.hasLog ? (standing?.log() ?? null) : null,
      liveEscrowed: live.found === "whole" && live.escrowed > 0,
      // A state that was begun anew knows nothing of what was there.
      liveLost: authority === null,
      backup: backup.log(),
      escrow,
    });
    checkEscrowStands(request, live, escrow, log);
    const nothing = nothingToCarry(live, authority !== null, log);
    const carriedFrom = nothing === null ? standing : null;
    assertAuthorityKey(tools.key, ownKey((carriedFrom ?? backup).authority()));
    checkExceptions(request.forget, carriedFrom, backup);
    const isException = request.forget.length > 0 || log.lost !== null;
    if (log.lost !== null && !request.acceptLostLog) throw lostLog(log.lost);
    if (log.lost !== null && request.reason === null)
      throw new AppError("usage", "--accept-lost-log takes a --reason");
    const keyId = isException
      ? privilegedKeyId(carriedFrom ?? backup, tools.operatorKey, now)
      : null;
    const carried = carriedLog({ log, escrow, candidate, at, keyId, request, tools });
    return { request, now, at, live: nothing ?? live, candidate, log, escrow, carried, keyId };
  } finally {
    for (const reader of readers) reader.close();
  }
}

/** What says that there is no live state to carry from; null when there is one. */
function nothingToCarry(
  live: LiveState,
  isApplied: boolean,
  { liveIsOlder }: ChosenLog,
): Exclude<LiveState, { readonly found: "whole" }> | null {
  if (live.found !== "whole") return live;
  if (!isApplied)
    return { found: "missing", why: "nothing was applied to the state that stands there" };
  // All that it knows, the backup knows too.
  return liveIsOlder ? { found: "damaged", why: "it is older than the backup" } : null;
}

function ownKey(authority: { readonly publicKey: PublicKey } | null): PublicKey {
  if (authority !== null) return authority.publicKey;
  throw new AppError("bad_backup", "nothing was applied to the state in the backup");
}

/** Another's escrow proves nothing of this state, and is not overwritten, whatever was lost. */
function checkOwnEscrow(path: string, escrow: Escrowed | null, sovereignId: string): void {
  const own = logOrigin(sovereignId);
  if (escrow === null || escrow.origin === own || escrow.origin.startsWith(`${own}/`)) return;
  throw new AppError(
    "restore_refused",
    `${path} is the escrow of ${escrow.origin}, and no log of ${sovereignId}`,
    { hint: "name the escrow of this state: logEscrow in the settings, or CONCORDAT_LOG_ESCROW" },
  );
}

/** A whole log whose escrow is gone is another matter, and is settled first. */
function checkEscrowStands(
  { escrow: path }: RestoreRequest,
  live: LiveState,
  escrow: Escrowed | null,
  log: ChosenLog,
): void {
  if (escrow !== null || live.found !== "whole" || live.escrowed === 0 || log.lost !== null) return;
  throw new AppError(
    "escrow_missing",
    `${path} holds no checkpoint, and the state has put one of ${live.escrowed} entries there`,
  );
}

function lostLog(why: string): AppError {
  return new AppError("restore_refused", `log entries would be lost: ${why}`, {
    hint: "find a newer backup, or the state's own files; or give them up: --accept-lost-log --reason TEXT --operator-key FILE",
    details: { reason: "log_lost" },
  });
}

interface ToCarry {
  readonly log: ChosenLog;
  readonly escrow: Escrowed | null;
  readonly candidate: Candidate;
  readonly at: string;
  readonly keyId: string | null;
  readonly request: RestoreRequest;
  readonly tools: RestoreTools;
}

function carriedLog({ log, escrow, candidate, at, keyId, request, tools }: ToCarry): CarriedLog {
  if (log.lost === null) return { from: log.from };
  const { manifest } = candidate;
  const known = escrow ?? log;
  const origin = known.origin ?? log.origin ?? logOrigin(manifest.sovereign_id);
  return {
    from: "new",
    origin: nextOrigin(origin),
    epoch: manifest.epoch,
    random: tools.random,
    event: {
      event_id: uuid4(tools.random(16)),
      event_type: "audit_log_restarted",
      created_at: at,
      details: {
        old_origin: origin,
        old_size: known.size,
        old_root: encodeBase64(known.root),
        old_checkpoint: escrow?.checkpoint ?? manifest.log.checkpoint,
        backup_digest: `sha256:${manifest.sha256}`,
        key_id: keyId,
        by: request.by,
        reason: request.reason,
      },
    },
  };
}
