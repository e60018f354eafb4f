/** Verifies a log that is served as tiles, or lies there as files, from its entries alone. */
import { AppError } from "../errors.js";
import { encodeBase64 } from "../protocol/base64.js";
import { parseLeaf } from "../protocol/log/leaf.js";
import { RootBuilder, leafHash, nodeHash } from "../protocol/log/merkle.js";
import {
  TILE_WIDTH,
  parseEntryBundle,
  parseTileHashes,
  tilePath,
  tileWidth,
} from "../protocol/log/tiles.js";
import { fetchAhead, type FetchTile } from "./fetch-ahead.js";
import { Marks, type Mark } from "./marks.js";
import { judgeCheckpoint, judgeSince, type JudgedCheckpoint } from "./signed-checkpoint.js";
import { Faulty, type LogFault, type Verification } from "./verification.js";

export interface TilesOptions {
  /** A verifier key or a public key from elsewhere. */
  readonly key: string;
  readonly since: string | null;
}

/**
 * Fetches the checkpoint, every entry bundle and every tile, and recomputes the tree. The first fault ends it. What cannot be
 * fetched is no finding about the log: the fetch's own AppError passes.
 */
export async function verifyTiles(fetch: FetchTile, options: TilesOptions): Promise<Verification> {
  const tree = new RootBuilder();
  let checkpoint: JudgedCheckpoint | null = null;
  let hidden = 0;
  let fault: LogFault | null = null;
  const earlier: number[] = [];
  try {
    const note = textOf(await fetch("checkpoint"));
    checkpoint = judgeCheckpoint(note, options.key);
    const marks: Mark[] = [{ ...checkpoint, fault: "root_mismatch", name: "the checkpoint" }];
    if (options.since !== null) {
      const since = judgeSince(options.since, options.key, checkpoint.origin);
      marks.push({ ...since, fault: "not_an_extension", name: "the earlier checkpoint" });
      earlier.push(since.size);
    }
    const pending = new Marks(marks);
    pending.compare(tree);
    const files = fetchAhead(fetch, pathsOf(checkpoint.size));
    try {
      const tiles = new TileCheck(files, checkpoint.size);
      for (let tile = 0; tree.size < checkpoint.size; tile++) {
        for (const hash of await tiles.next(tile)) {
          tree.append(hash);
          pending.compare(tree);
        }
      }
      pending.finish(tree);
      await tiles.finish();
      ({ hidden } = tiles);
    } finally {
      await files.return(undefined);
    }
  } catch (error) {
    if (!(error instanceof Faulty)) throw error;
    ({ fault } = error);
  }
  return {
    verified: fault === null,
    source: "url",
    origin: checkpoint?.origin ?? null,
    size: checkpoint?.size ?? 0,
    root: checkpoint === null ? null : encodeBase64(tree.root()),
    entries: tree.size,
    signed_size: fault === null ? (checkpoint?.size ?? 0) : 0,
    key_from: "given",
    vkey: checkpoint?.vkey ?? null,
    extends: fault === null ? earlier : [],
    escrow_size: null,
    disclosed: 0,
    hidden,
    fault,
  };
}

/** In the order in which they are checked: each bundle with the tile of its hashes, then the levels above. */
function* pathsOf(size: number): Generator<string> {
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const width = tileWidth("entries", index, size);
    yield tilePath({ level: "entries", index, width });
    yield tilePath({ level: 0, index, width });
  }
  for (let level = 1; tileWidth(level, 0, size) > 0; level++) {
    for (let index = 0; tileWidth(level, index, size) > 0; index++)
      yield tilePath({ level, index, width: tileWidth(level, index, size) });
  }
}

class TileCheck {
  /** As `pathsOf` has them. */
  readonly #files: AsyncGenerator<Uint8Array, undefined>;
  readonly #size: number;
  /** Roots of the whole tiles of each level, which make the level above. */
  #roots: Uint8Array[] = [];
  hidden = 0;

  constructor(files: AsyncGenerator<Uint8Array, undefined>, size: number) {
    this.#files = files;
    this.#size = size;
  }

  /** The hashes of the entries of bundle `index`, which are those of the tile beside it. */
  async next(index: number): Promise<readonly Uint8Array[]> {
    const width = tileWidth(0, index, this.#size);
    const first = index * TILE_WIDTH;
    const bundle = await this.#take();
    const leaves = parse(first, () => parseEntryBundle(bundle, width));
    for (const [i, leaf] of leaves.entries()) this.#checkLeaf(first + i, leaf);
    const hashes = leaves.map(leafHash);
    await this.#compare(0, index, hashes);
    if (width === TILE_WIDTH) this.#roots.push(rootOf(hashes));
    return hashes;
  }

  /** The levels above, each made of the whole tiles below. */
  async finish(): Promise<void> {
    for (let level = 1; this.#roots.length > 0; level++) {
      const hashes = this.#roots;
      this.#roots = [];
      for (let index = 0; index * TILE_WIDTH < hashes.length; index++) {
        const tile = hashes.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH);
        await this.#compare(level, index, tile);
        if (tile.length === TILE_WIDTH) this.#roots.push(rootOf(tile));
      }
    }
  }

  async #take(): Promise<Uint8Array> {
    const { value } = await this.#files.next();
    if (value === undefined) throw new Error("a path for every file that is checked");
    return value;
  }

  #checkLeaf(index: number, bytes: Uint8Array): void {
    const leaf = parse(index, () => parseLeaf(bytes), "leaf_unreadable");
    if (leaf.index !== index)
      throw new Faulty("leaf_altered", index, `the leaf says that it is entry ${leaf.index}`);
    this.hidden += leaf.commitments.size;
  }

  async #compare(level: number, index: number, hashes: readonly Uint8Array[]): Promise<void> {
    const bytes = await this.#take();
    const span = TILE_WIDTH ** level;
    const first = index * TILE_WIDTH * span;
    const served = parse(first, () => parseTileHashes(bytes, hashes.length));
    const bad = hashes.findIndex((hash, i) => Buffer.compare(hash, served[i] ?? hash) !== 0);
    if (bad >= 0)
      throw new Faulty(
        "tile_mismatch",
        first + bad * span,
        `tile ${index} of level ${level} is not that of the entries`,
      );
  }
}

function parse<T>(
  index: number,
  read: () => T,
  fault: "tile_mismatch" | "leaf_unreadable" = "tile_mismatch",
): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new Faulty(fault, index, error.message);
  }
}

function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2)
      above.push(nodeHash(level[i] ?? Buffer.alloc(0), level[i + 1] ?? Buffer.alloc(0)));
    level = above;
  }
  return level[0] ?? Buffer.alloc(0);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Faulty("checkpoint_refused", null, "the checkpoint is not UTF-8");
  }
}
