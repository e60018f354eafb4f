/** Whether the log in a copy of a state is whole: recomputed from its leaves, and compared with the rows that it records. */
import { verifyDatabase } from "../audit/verify-database.js";
import { AppError } from "../errors.js";
import type { LogHead } from "../model/log.js";
import type { LogReader } from "../state/log/log-reader.js";

/**
 * The head of the log. Throws AppError `log_broken` when the leaves do not make it. Whose checkpoint it bears does not matter:
 * the manifest has one of its own.
 */
export function checkLog(log: LogReader): LogHead {
  const { fault } = verifyDatabase(log, { key: null, escrow: null, since: null });
  if (fault === null) return log.head();
  const { index } = fault;
  throw new AppError("log_broken", fault.message, { details: { index, fault: fault.fault } });
}
