/** The SQLite library that is loaded must not have the known faults of older ones. */
import { AppError } from "../errors.js";

/** Older ones can corrupt a file in WAL mode when two connections write and checkpoint at the same moment. */
const OLDEST = [3, 51, 3] as const;

/** Throws AppError `unsupported_runtime` for a `version` ("3.53.2") before 3.51.3. */
export function checkSqliteVersion(version: string): void {
  const parts = version.split(".").map(Number);
  for (const [index, oldest] of OLDEST.entries()) {
    const part = parts[index] ?? 0;
    if (part > oldest) return;
    if (part < oldest || Number.isNaN(part)) {
      throw new AppError(
        "unsupported_runtime",
        `SQLite ${version} is loaded; ${OLDEST.join(".")} or newer is needed`,
        {
          hint: "install the better-sqlite3 that package-lock.json names",
        },
      );
    }
  }
}
