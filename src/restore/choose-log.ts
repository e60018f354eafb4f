/** Which log a restored state goes on with: the longest that stands, if it goes as far as the escrow knows. */
import { AppError } from "../errors.js";
import { leafHash, RootBuilder, rootAt } from "../protocol/log/merkle.js";
import type { Escrowed } from "../state/log/escrow.js";
import type { LogReader } from "../state/log/log-reader.js";

export interface Logs {
  /** Null: there is no live state, or it has no log. */
  readonly live: LogReader | null;
  /** The live state has put a checkpoint in escrow. */
  readonly liveEscrowed: boolean;
  /** What is at the state's place cannot be read, or is gone: nobody but the escrow knows how far its log went. */
  readonly liveLost: boolean;
  readonly backup: LogReader;
  readonly escrow: Escrowed | null;
}

export interface ChosenLog {
  readonly from: "live" | "backup";
  readonly origin: string | null;
  readonly size: number;
  readonly root: Uint8Array;
  /** The log of the live state is whole, and the backup's goes on from it: that state was put in place of a newer one. */
  readonly liveIsOlder: boolean;
  /** Why entries are missing that were acknowledged; null when none are. */
  readonly lost: string | null;
}

interface Standing {
  readonly from: "live" | "backup";
  readonly origin: string | null;
  readonly size: number;
  /** The root over the first so many leaves, recomputed from the leaves. */
  readonly rootOf: (size: number) => Uint8Array | null;
}

/** Throws AppError `backup_foreign` when neither log is the beginning of the other, and `log_broken` for the backup's. */
export function chooseLog(logs: Logs): ChosenLog {
  const { escrow } = logs;
  const sizes = [logs.backup.head().size, escrow?.size ?? 0];
  const live = logs.live === null ? null : recompute("live", logs.live, sizes);
  if (live !== null) sizes.push(live.size);
  const backup = recompute("backup", logs.backup, sizes);
  if (backup === null) throw new AppError("log_broken", "the log of the backup is broken");
  if (live !== null) checkOneHistory(live, backup);
  const longest = live !== null && live.size >= backup.size ? live : backup;
  const root = longest.rootOf(longest.size) ?? new Uint8Array();
  const { from, origin, size } = longest;
  const liveIsOlder = live !== null && live.size < backup.size;
  return { from, origin, size, root, liveIsOlder, lost: whatIsLost(longest, logs, live) };
}

/** Null when its leaves do not make its hashes and its head. */
function recompute(
  from: Standing["from"],
  log: LogReader,
  sizes: readonly number[],
): Standing | null {
  try {
    const head = log.head();
    const builder = new RootBuilder();
    const roots = new Map<number, Uint8Array>();
    const wanted = new Set([...sizes, head.size]);
    const keep = (): void => {
      if (wanted.has(builder.size)) roots.set(builder.size, builder.root());
    };
    keep();
    for (const { leaf } of log.entries(0, head.size)) {
      builder.append(leafHash(leaf));
      keep();
    }
    const root = roots.get(head.size);
    if (root === undefined || !same(root, head.root)) return null;
    if (!same(root, rootAt(head.size, log.hashes))) return null;
    return {
      from,
      origin: head.origin,
      size: head.size,
      rootOf: (size) => roots.get(size) ?? null,
    };
  } catch (error) {
    if (error instanceof AppError && error.code === "log_broken") return null;
    throw error;
  }
}

function checkOneHistory(live: Standing, backup: Standing): void {
  const size = Math.min(live.size, backup.size);
  const [one, other] = [live.rootOf(size), backup.rootOf(size)];
  const isOneLog = live.origin === null || backup.origin === null || live.origin === backup.origin;
  if (isOneLog && one !== null && other !== null && same(one, other)) return;
  throw new AppError(
    "backup_foreign",
    isOneLog
      ? "the log of the backup is not the beginning of this state's log"
      : `the backup has the log ${backup.origin}, and the state ${live.origin}`,
    { hint: "it is a backup of another state, or from before this state's log was lost" },
  );
}

function whatIsLost(chosen: Standing, logs: Logs, live: Standing | null): string | null {
  const { escrow, liveLost, liveEscrowed } = logs;
  if (escrow === null) {
    if (liveLost) return "there is no escrow to tell how far the log went";
    return live === null && liveEscrowed
      ? "the log of the state is broken, and there is no escrow to tell how far it went"
      : null;
  }
  const { origin, size, root } = escrow;
  if (chosen.origin !== null && chosen.origin !== origin)
    return `the escrow is of the log ${origin}, and what stands is ${chosen.origin}`;
  if (size > chosen.size)
    return `the escrow knows of ${size} log entries, and only ${chosen.size} stand`;
  const found = chosen.rootOf(size);
  return found !== null && same(found, root)
    ? null
    : `the first ${size} log entries are not those that the escrow knows`;
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
