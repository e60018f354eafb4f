/** Writes a log as static files into a folder. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { exportTiles } from "../audit/export-tiles.js";
import type { LogSource } from "../audit/log-source.js";
import { AppError } from "../errors.js";
import { makeFolder, writeOutput } from "./files.js";

/**
 * Writes checkpoint, tiles and entry bundles, and returns how many files they are. An earlier export of the log goes on.
 * Throws AppError `not_empty` for a folder with anything else, `unwritable_file`, and what `exportTiles` throws.
 */
export function writeTiles(log: LogSource, folder: string): number {
  makeFolder(folder);
  const names = readdirSync(folder);
  if (names.some((name) => name !== "checkpoint" && name !== "tile"))
    throw new AppError("not_empty", `${folder} holds more than the files of a log`);
  let count = 0;
  for (const { path, bytes } of exportTiles(log)) {
    const file = join(folder, path);
    makeFolder(dirname(file));
    writeOutput(file, bytes, false);
    count++;
  }
  return count;
}
