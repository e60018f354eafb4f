/** What an error of SQLite means to the one who runs Concordat. */
import { basename } from "node:path";
import Database from "better-sqlite3";
import { AppError } from "../errors.js";

/** The AppError for a SQLite error on the file at `path`; anything else comes back as it is. */
export function toAppError(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const name = basename(path);
  const options = { cause: error, details: { path, sqlite: error.code } };
  // Extended codes begin with the primary one: SQLITE_IOERR_FSYNC, SQLITE_CORRUPT_INDEX.
  switch (error.code.split("_")[1]) {
    case "CORRUPT":
      return new AppError("state_corrupt", `${name} is damaged: ${error.message}`, options);
    case "ERROR":
      // Our SQL fits the schema that was checked when the file was opened.
      if (!error.message.startsWith("no such ")) return error;
      return new AppError(
        "state_corrupt",
        `${name} was altered while it was open: ${error.message}`,
        options,
      );
    case "NOTADB":
      return new AppError(
        "state_foreign",
        `${name} is not a SQLite database, or its first page is damaged`,
        {
          ...options,
          hint: "give another --db FILE; if this was the state, restore a backup: concordat restore",
        },
      );
    case "BUSY":
    case "LOCKED":
      return new AppError("lock_held", `another program is using ${name}`, options);
    case "CONSTRAINT":
      return new AppError(
        "internal",
        `the batch breaks a rule of the state: ${error.message}`,
        options,
      );
    case "READONLY":
      return new AppError("state_unreadable", `${name} cannot be used: ${error.message}`, {
        ...options,
        // A rollback journal that is not ours: our writer keeps none beside the file.
        ...(error.code === "SQLITE_READONLY_ROLLBACK" && {
          hint: "another program died while it wrote the file; open it once with that program",
        }),
      });
    case "CANTOPEN":
    case "IOERR":
    case "FULL":
    case "PERM":
    case "AUTH":
      return new AppError("state_unreadable", `${name} cannot be used: ${error.message}`, options);
    default:
      return error;
  }
}
