/** Tiles and entry bundles (c2sp.org/tlog-tiles): a log as files of 256 hashes or entries. */
import { AppError } from "../../errors.js";
import { HASH_BYTES, storedHashIndex, type ReadHashes } from "./merkle.js";

export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const MAX_LEVEL = 63;
/** The length of an entry stands before it in two bytes. */
export const MAX_ENTRY_BYTES = 65_535;

export interface Tile {
  /** 0 holds the leaves' hashes, each level above the roots of whole tiles; `entries` the leaves. */
  readonly level: number | "entries";
  readonly index: number;
  /** 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

const PATH =
  /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,4}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** `tile/<L>/<N>[.p/<W>]`; 1234067 is written `x001/x234/067`. */
export function tilePath({ level, index, width }: Tile): string {
  let name = digits(index % 1000);
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    name = `x${digits(rest % 1000)}/${name}`;
  return `tile/${level}/${name}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/** The tile of a path, or null unless it is the one spelling of one. */
export function parseTilePath(path: string): Tile | null {
  const [, level, name, width] = PATH.exec(path) ?? [];
  if (level === undefined || name === undefined) return null;
  const tile: Tile = {
    level: level === "entries" ? level : Number(level),
    index: Number(name.replace(/[x/]/g, "")),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  if (tile.level !== "entries" && tile.level > MAX_LEVEL) return null;
  return tilePath(tile) === path ? tile : null;
}

/** How many hashes (or entries) tile `index` of a level has in a log of `size` entries; 0 when it has no such tile. */
export function tileWidth(level: number | "entries", index: number, size: number): number {
  const count = Math.floor(size / TILE_WIDTH ** (level === "entries" ? 0 : level));
  return Math.max(0, Math.min(TILE_WIDTH, count - index * TILE_WIDTH));
}

/** Every tile and entry bundle of a log of `size` entries, the partial ones as wide as they are at that size. */
export function* tilesOf(size: number): Generator<Tile> {
  yield* tilesOfLevel("entries", size);
  for (let level = 0; tileWidth(level, 0, size) > 0; level++) yield* tilesOfLevel(level, size);
}

function* tilesOfLevel(level: number | "entries", size: number): Generator<Tile> {
  for (let index = 0; ; index++) {
    const width = tileWidth(level, index, size);
    if (width === 0) return;
    yield { level, index, width };
  }
}

/** The bytes of a tile of hashes. The log must hold all of them. */
export function tileHashes(
  level: number,
  index: number,
  width: number,
  read: ReadHashes,
): Uint8Array {
  const first = index * TILE_WIDTH;
  return Buffer.concat(
    read(Array.from({ length: width }, (_, i) => storedHashIndex(level * TILE_HEIGHT, first + i))),
  );
}

/** The hashes of a tile's bytes. Throws AppError `log_broken` unless there are `width` of them. */
export function parseTileHashes(bytes: Uint8Array, width: number): readonly Uint8Array[] {
  if (bytes.length !== width * HASH_BYTES)
    throw new AppError("log_broken", `a tile has ${bytes.length} bytes, not ${width * HASH_BYTES}`);
  return Array.from({ length: width }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

/** The bytes of an entry bundle: each entry behind its length. Throws AppError `log_broken` for one that is too long. */
export function entryBundle(entries: Iterable<Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES)
      throw new AppError("log_broken", `an entry of ${entry.length} bytes fits no bundle`);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(entry.length);
    parts.push(length, entry);
  }
  return Buffer.concat(parts);
}

/** The entries of a bundle. Throws AppError `log_broken` unless it holds exactly `width` of them and nothing else. */
export function parseEntryBundle(bytes: Uint8Array, width: number): readonly Uint8Array[] {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= data.length && entries.length < width) {
    const end = at + 2 + data.readUInt16BE(at);
    if (end > data.length) break;
    entries.push(data.subarray(at + 2, end));
    at = end;
  }
  if (at !== data.length || entries.length !== width)
    throw new AppError("log_broken", `an entry bundle does not hold ${width} whole entries`);
  return entries;
}

function digits(n: number): string {
  return String(n).padStart(3, "0");
}
