/** A copy of the live state to restore from, or what is wrong with that state. */
import { closeSync, existsSync, openSync } from "node:fs";
import { basename } from "node:path";
import { AppError } from "../../errors.js";
import { parseFeed } from "../../protocol/documents.js";
import { isJsonObject, parseJson } from "../../protocol/json.js";
import { Connection } from "../connection.js";
import { checkPages, inspect } from "../inspect.js";
import { readHead } from "../log/head.js";
import { LOG_SCHEMA, migrate } from "../migrations/index.js";
import { openState } from "../open.js";
import { existingPath } from "../place.js";
import { applyPragmas, CAREFUL } from "../pragmas.js";
import { ReadConnection } from "../read-connection.js";

export type LiveState =
  | {
      readonly found: "whole";
      readonly file: string;
      /** Whether it has a log of its own; a state from before there was one has none yet. */
      readonly hasLog: boolean;
      /** Size of the newest checkpoint that it has put in escrow. */
      readonly escrowed: number;
    }
  | { readonly found: "damaged" | "missing"; readonly why: string };

/**
 * Copies what stands at `db` to the new file `file`, and reads every row that is carried. Leaves no trace at `db`, which may be
 * in use. What is no SQLite file at all counts as damaged: it is kept in the quarantine as it is. Throws AppError `state_foreign`
 * for another program's database, `state_newer` and `state_unreadable`: such a file is nothing to replace.
 */
export function copyLive(db: string, file: string, at: string): LiveState {
  if (existingPath(db) === null) return { found: "missing", why: `there is no state at ${db}` };
  try {
    closeSync(openSync(file, "wx", 0o600));
    const source = new ReadConnection(db, inspect);
    try {
      source.get().writeCopy(file);
    } finally {
      source.close();
    }
    const found = prepareCopy(file, at);
    readThrough(file);
    return { found: "whole", file, ...found };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const why = error.code === "state_foreign" ? whyDestroyed(db, error) : whyDamaged(db, error);
    if (why === null) throw error;
    return { found: "damaged", why };
  }
}

const DAMAGE: ReadonlySet<string> = new Set(["state_corrupt", "log_broken"]);

function whyDamaged(db: string, { code, message }: AppError): string | null {
  if (!DAMAGE.has(code)) return null;
  const name = basename(db);
  return message.startsWith(name) ? message : `${name}: ${message}`;
}

/** A destroyed state looks like no database, or like another program's that has our tables. Null: it is that program's. */
function whyDestroyed(db: string, { message, details }: AppError): string | null {
  if (isJsonObject(details) && details["sqlite"] === "SQLITE_NOTADB") return message;
  const source = new ReadConnection(db, () => {});
  try {
    const ours = "SELECT 1 FROM sqlite_schema WHERE name = 'concordat_meta'";
    if (source.get().value(ours) === undefined) return null;
    return `${basename(db)} has the tables of a state, and the mark of another program`;
  } finally {
    source.close();
  }
}

/**
 * Brings a copy of ours, which nobody else has open, to our schema. Throws AppError `state_corrupt`, `state_unreadable`,
 * `log_broken`.
 */
export function prepareCopy(
  file: string,
  at: string,
): { readonly hasLog: boolean; readonly escrowed: number } {
  const connection = new Connection(file, { fileMustExist: true });
  try {
    applyPragmas(connection, CAREFUL);
    checkPages(connection);
    const hasLog = Number(connection.pragma("user_version")) >= LOG_SCHEMA;
    migrate(connection, at);
    return { hasLog, escrowed: readHead(connection).escrowed };
  } finally {
    connection.close();
  }
}

/** Throws AppError `state_corrupt` for what cannot be read as it was written, whatever is wrong with it. */
function readThrough(file: string): void {
  const reader = openState(file);
  try {
    reader.snapshot();
    reader.feedPolls();
    reader.suspension();
    reader.trusted();
    const own = reader.publishedFeed();
    if (own !== null) parseFeed(parseJson(own.json));
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError("state_corrupt", `it holds what cannot be read: ${cause.message}`, {
      cause,
    });
  } finally {
    reader.close();
  }
}

/** Whether any file of a state stands at `db`, whole or not. */
export function leavesTraces(db: string): boolean {
  return ["", "-wal", "-shm", "-journal"].some((part) => existsSync(db + part));
}
