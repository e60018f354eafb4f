/** A log as static files: its checkpoint, tiles and entry bundles at their C2SP paths. */
import { AppError } from "../errors.js";
import { parseCheckpoint } from "../protocol/log/checkpoint.js";
import { entryBundle, TILE_WIDTH, tileHashes, tilePath, tilesOf } from "../protocol/log/tiles.js";
import type { LogSource } from "./log-source.js";

export interface StaticFile {
  /** Below the log's prefix, e.g. `tile/0/000`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The files of the log as its newest checkpoint has it, the checkpoint last. Throws AppError `log_unsigned`, `log_broken`. */
export function* exportTiles(log: LogSource): Generator<StaticFile> {
  const { checkpoint } = log.head();
  if (checkpoint === null) throw new AppError("log_unsigned", "the log has no signed checkpoint");
  for (const tile of tilesOf(parseCheckpoint(checkpoint).size)) {
    const { level, index, width } = tile;
    const bytes =
      level === "entries"
        ? bundleOf(log, index * TILE_WIDTH, width)
        : tileHashes(level, index, width, log.hashes);
    yield { path: tilePath(tile), bytes };
  }
  yield { path: "checkpoint", bytes: Buffer.from(checkpoint, "utf8") };
}

function bundleOf(log: LogSource, from: number, width: number): Uint8Array {
  const leaves = Array.from(log.entries(from, from + width), ({ leaf }) => leaf);
  if (leaves.length !== width)
    throw new AppError("log_broken", `the log has no entry ${from + leaves.length}`);
  return entryBundle(leaves);
}
