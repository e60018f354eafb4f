/** Work on backups in a process of its own: it neither holds up the service nor shares its memory, and may die alone. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { AppError, ERRORS, type ErrorCode } from "../errors.js";
import type { JsonValue } from "../model/json.js";
import type { ScheduledBackup, VerifiedBackup } from "../model/backup.js";
import type { ScheduleOptions } from "./scheduled.js";
import type { VerifyBackupOptions } from "./verify.js";

const ENTRY = new URL("./apart-entry.js", import.meta.url);
/** For JavaScript. SQLite's own limit is set by the process itself. */
const MEMORY_MIB = 512;
const TIMEOUT_MS = 30 * 60_000;
/** What Windows cannot start a process without. */
const INHERITED = ["SystemRoot", "TZ"];

/** Keys are named by path: none is ever sent. */
export type ScheduleApart = Omit<ScheduleOptions, "signer"> & { readonly authorityKey: string };

export type ApartRequest =
  | { readonly do: "verify"; readonly file: string; readonly options: VerifyBackupOptions }
  | { readonly do: "schedule"; readonly options: ScheduleApart };

export type ApartAnswer =
  | { readonly ok: true; readonly result: VerifiedBackup | ScheduledBackup }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string;
      readonly details: JsonValue;
    };

/** As `verifyBackup`, for a file from elsewhere. Throws the same, and `bad_backup` when reading it ends the process. */
export async function verifyBackupApart(
  file: string,
  options: VerifyBackupOptions,
  signal?: AbortSignal,
): Promise<VerifiedBackup> {
  return (await ask({ do: "verify", file, options }, signal)) as VerifiedBackup;
}

/** As `runDue`. Throws the same. */
export async function runDueApart(
  options: ScheduleApart,
  signal?: AbortSignal,
): Promise<ScheduledBackup> {
  return (await ask({ do: "schedule", options }, signal)) as ScheduledBackup;
}

async function ask(
  request: ApartRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<VerifiedBackup | ScheduledBackup> {
  const child = fork(ENTRY, [], {
    // A constructed environment: nothing of ours decides how it runs.
    env: Object.fromEntries(INHERITED.flatMap((name) => entryOf(name))),
    execArgv: [`--max-old-space-size=${MEMORY_MIB}`],
    // Instants are bigints.
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    killSignal: "SIGKILL",
  });
  const answered = Promise.withResolvers<ApartAnswer | null>();
  child.on("message", (answer: ApartAnswer) => answered.resolve(answer));
  child.on("error", () => answered.resolve(null));
  child.on("exit", () => answered.resolve(null));
  child.send(request, (error) => {
    if (error !== null) answered.resolve(null);
  });
  const answer = await answered.promise;
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
    await once(child, "exit").catch(() => {});
  if (answer === null) throw ended(request, child.signalCode ?? child.exitCode);
  if (answer.ok) return answer.result;
  const { code, message, hint, details } = answer;
  throw new AppError(code, message, { hint, details });
}

function ended(request: ApartRequest, how: string | number | null): AppError {
  return request.do === "verify"
    ? new AppError("bad_backup", `reading ${request.file} ended its process (${String(how)})`, {
        details: { reason: "process_ended" },
      })
    : new AppError("unwritable_file", `the process of the backup has ended (${String(how)})`, {
        hint: ERRORS.unwritable_file.hint,
      });
}

function entryOf(name: string): readonly (readonly [string, string])[] {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
}
