/** The audit log for whoever wants to check it: its signed checkpoint, and the tiles and proofs below it (c2sp.org/tlog-tiles). */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../../errors.js";
import { inclusionProof } from "../../protocol/log/merkle.js";
import {
  entryBundle,
  parseTilePath,
  TILE_WIDTH,
  tileHashes,
  tileWidth,
  type Tile,
} from "../../protocol/log/tiles.js";
import { formatProof } from "../../protocol/log/tlog-proof.js";
import type { LogReader } from "../../state/log/log-reader.js";
import { pathParameter } from "../parameters.js";
import type { ReadModel } from "../read-model.js";
import { readRoute } from "../read-route.js";
import { Representation } from "../representation.js";
import { sendRepresentation } from "../send.js";

const NOTE = "text/plain; charset=utf-8";
const TILE = "application/octet-stream";
/** A log is only appended to, so that the bytes of a tile of some width never change. */
const FOREVER = { "cache-control": "public, max-age=31536000, immutable" };
const INDEX = /^(?:0|[1-9][0-9]{0,14})$/;

interface Signed {
  readonly size: number;
  readonly checkpoint: string;
}

export function logRoutes(app: FastifyInstance, model: Pick<ReadModel, "read">): void {
  const read = <T>(use: (log: LogReader, signed: Signed) => T): T =>
    model.read((state) => {
      const log = state.log();
      return use(log, signedOf(log));
    });
  readRoute(app, "/log/checkpoint", (request, reply) =>
    sendRepresentation(
      request,
      reply,
      new Representation(
        read((_log, { checkpoint }) => checkpoint),
        NOTE,
      ),
    ),
  );
  readRoute(app, "/log/tile/:level/*", (request, reply) => {
    const tile = tileOf(request);
    const bytes = read((log, { size }) => bytesOf(tile, log, size));
    // Hashes have nothing that could be compressed.
    const made = new Representation(bytes, TILE, tile.level === "entries");
    return sendRepresentation(request, reply, made, FOREVER);
  });
  readRoute(app, "/log/proof/:index", (request, reply) => {
    const index = indexOf(request);
    const proof = read((log, signed) => proofOf(index, log, signed));
    return sendRepresentation(request, reply, new Representation(proof, NOTE));
  });
}

/** What is not signed yet is not served: nobody could hold us to it. */
function signedOf(log: LogReader): Signed {
  const { checkpoint, checkpointSize: size } = log.head();
  if (checkpoint === null) throw new AppError("log_not_signed", "No checkpoint has been signed");
  return { size, checkpoint };
}

function tileOf(request: FastifyRequest): Tile {
  const tile = parseTilePath(
    `tile/${pathParameter(request, "level")}/${pathParameter(request, "*")}`,
  );
  if (tile === null) throw new AppError("bad_request", "This is the path of no tile");
  return tile;
}

function bytesOf(tile: Tile, log: LogReader, size: number): Buffer {
  const { level, index, width } = tile;
  if (width > tileWidth(level, index, size)) throw new AppError("not_found", "Not found");
  if (level !== "entries") return Buffer.from(tileHashes(level, index, width, log.hashes));
  const first = index * TILE_WIDTH;
  return Buffer.from(entryBundle(leavesOf(log, first, first + width)));
}

function* leavesOf(log: LogReader, from: number, to: number): Generator<Uint8Array> {
  for (let index = from; index < to; index++) yield leafOf(log, index);
}

function leafOf(log: LogReader, index: number): Uint8Array {
  const leaf = log.leaf(index);
  if (leaf === null) throw new AppError("log_broken", `the log has no entry ${index}`);
  return leaf;
}

function indexOf(request: FastifyRequest): number {
  const text = pathParameter(request, "index");
  if (!INDEX.test(text))
    throw new AppError("bad_request", "The index must be a whole number without leading zeros");
  return Number(text);
}

function proofOf(index: number, log: LogReader, { size, checkpoint }: Signed): string {
  if (index >= size)
    throw new AppError("log_entry_not_found", `The signed log has ${size} entries`);
  const hashes = inclusionProof(index, size, log.hashes);
  return formatProof({ index, extra: leafOf(log, index), hashes, checkpoint });
}
