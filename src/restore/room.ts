/** A full disk is told as one: what does not fit is neither a bad backup nor a bad state. */
import { AppError } from "../errors.js";
import { isJsonObject } from "../protocol/json.js";

const FULL: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "SQLITE_FULL"]);

/** Throws AppError `unwritable_file` naming `folder` when `work` finds no room in it, and else what `work` throws. */
export async function withRoom<T>(
  folder: string,
  hint: string,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isFull(cause)) throw cause;
    throw new AppError("unwritable_file", `there is no room in ${folder} for a restore`, {
      hint,
      cause,
    });
  }
}

function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Whoever has said so named the place.
  if (error instanceof AppError && error.code === "unwritable_file") return false;
  const sqlite =
    error instanceof AppError && isJsonObject(error.details) && FULL.has(error.details["sqlite"]);
  return sqlite || ("code" in error && FULL.has(error.code)) || isFull(error.cause);
}
