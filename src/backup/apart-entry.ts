/** The process that `apart.ts` starts: does what one message asks, answers, and ends. */
import { constants, setPriority } from "node:os";
import { AppError, ERRORS } from "../errors.js";
import type { ScheduledBackup, VerifiedBackup } from "../model/backup.js";
import { readAuthorityKey } from "../sign/authority-key.js";
import { limitMemory } from "../state/backup/copy.js";
import type { ApartAnswer, ApartRequest } from "./apart.js";
import { runDue } from "./scheduled.js";
import { verifyBackup } from "./verify.js";

const SQLITE_BYTES = 256 * 1024 * 1024;

function perform(request: ApartRequest): VerifiedBackup | ScheduledBackup {
  if (request.do === "verify") return verifyBackup(request.file, request.options);
  yieldToOthers();
  const { authorityKey, ...options } = request.options;
  return runDue({ ...options, signer: () => readAuthorityKey(authorityKey) });
}

/** Serving goes first; where a process may not even be polite, it is not. */
function yieldToOthers(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // It takes no longer for that.
  }
}

function answer(request: ApartRequest): ApartAnswer {
  try {
    limitMemory(SQLITE_BYTES);
    return { ok: true, result: perform(request) };
  } catch (error) {
    if (error instanceof AppError) {
      const { code, message, hint, details } = error;
      return { ok: false, code, message, hint, details };
    }
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ok: false, code: "internal", message, hint: ERRORS.internal.hint, details: null };
  }
}

process.once("message", (request: ApartRequest) => {
  process.send?.(answer(request), () => process.disconnect?.());
});
