/** Flips single bits of files at rest: one that changes what a file says must be noticed. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { AppError } from "../../src/errors.js";
import type { Dice } from "./dice.js";

/** A file with the question that tells whether it is still believed. */
export interface Flippable {
  readonly name: string;
  /** Writes the files of a fresh copy into a folder, and gives the path of the one to flip. */
  readonly prepare: (folder: string) => string;
  /** What it says, for comparison; null when it cannot be read any more. */
  readonly meaning: (folder: string) => string | null;
  /** Asks as the program does; throws AppError when it does not believe the file. */
  readonly ask: (folder: string) => void;
}

export type FlipResult =
  /** It says the same: the bit meant nothing. */
  "meaningless" | "noticed" | "unnoticed" | "crashed";

export interface Flip {
  readonly name: string;
  readonly byte: number;
  readonly bit: number;
  readonly result: FlipResult;
  readonly detail: string;
}

export function flip(target: Flippable, folder: string, dice: Dice): Flip {
  const path = target.prepare(folder);
  const before = target.meaning(folder);
  const bytes = readFileSync(path);
  const byte = dice.pick(writtenIn(bytes));
  const bit = dice.below(8);
  bytes[byte] = (bytes[byte] ?? 0) ^ (1 << bit);
  writeFileSync(path, bytes);
  const found = { name: target.name, byte, bit };
  // Read by others in a copy, for they play journals back.
  const after = target.meaning(folder);
  try {
    target.ask(folder);
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...found, result: error instanceof AppError ? "noticed" : "crashed", detail: message };
  }
  if (after === before) return { ...found, result: "meaningless", detail: "" };
  return { ...found, result: "unnoticed", detail: firstDifference(before ?? "", after ?? "") };
}

function told(table: string, row: Readonly<Record<string, unknown>>): readonly unknown[] {
  return Object.entries(row)
    .filter(([column]) => UNTOLD[table]?.includes(column) !== true)
    .map(([, value]) => value);
}

/** Positions of all bytes but zeros: what was never written says nothing. */
function writtenIn(bytes: Uint8Array): readonly number[] {
  const written: number[] = [];
  for (const [position, byte] of bytes.entries()) if (byte !== 0) written.push(position);
  return written;
}

function firstDifference(before: string, after: string): string {
  const other = after.split("\n");
  const lines = before.split("\n");
  const index = lines.findIndex((line, number) => line !== other[number]);
  const [line = "", changed = ""] = [lines[index], other[index]];
  const at = [...line].findIndex((character, position) => character !== changed[position]);
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 30);
  return `${line.split(" ")[0]}: ${around(line)} became ${around(changed)}`;
}

/**
 * What no decision and no proof rests on: when a program came, a plan was applied and a feed imported, which of several feeds
 * brought a revocation, the tree beside the commit that counts, what
 * a resource was called, and where in the tree it stood.
 */
const UNTOLD: Readonly<Record<string, readonly string[]>> = {
  schema_version: ["applied_at"],
  concordat_applied: ["applied_at"],
  concordat_authority: ["name"],
  concordat_trusted: ["tree_id", "trusted_at"],
  concordat_sovereigns: ["name"],
  concordat_writer: ["holder", "since"],
  sovereign_revocation_feeds: ["imported_at"],
  imported_sovereign_revocations: ["feed_id", "sequence", "imported_at"],
  recognition_policies: ["created_at"],
  concordat_inventory: ["source_file", "source_line", "source_column", "source_blob", "commit_id"],
};

/** Every row of every table, and the numbers in the header; null where SQLite itself finds no sense in it. */
export function rowsOf(path: string): string | null {
  const copy = `${path}.read`;
  for (const suffix of ["", "-wal"])
    if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
  try {
    const database = new Database(copy);
    try {
      const schema = database
        .prepare<[], { name: string; sql: string | null; type: string }>(
          "SELECT type, name, sql FROM sqlite_schema ORDER BY rowid",
        )
        .all();
      const tables = schema.filter(({ type }) => type === "table");
      const lines = tables.flatMap(({ name }) =>
        database
          .prepare<[], Record<string, unknown>>(`SELECT * FROM "${name}"`)
          .all()
          .map((row) => `${name} ${JSON.stringify(told(name, row))}`),
      );
      const header = ["user_version", "application_id"].map((name) => database.pragma(name));
      return [JSON.stringify([header, schema]), ...lines].join("\n");
    } finally {
      database.close();
    }
  } catch {
    return null;
  }
}
