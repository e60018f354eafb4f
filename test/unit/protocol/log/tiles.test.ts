import { describe, expect, test } from "vitest";
import fc from "fast-check";
import {
  entryBundle,
  parseEntryBundle,
  parseTileHashes,
  parseTilePath,
  tileHashes,
  tilePath,
  tileWidth,
  tilesOf,
} from "../../../../src/protocol/log/tiles.js";
import { RootBuilder, nodeHash } from "../../../../src/protocol/log/merkle.js";
import { numberedLog } from "../../../helpers/memory-log.js";
import { codeOf } from "../expectations.js";

describe("tile paths", () => {
  test.each([
    { level: 0, index: 0, width: 256, path: "tile/0/000" },
    { level: 0, index: 273, width: 112, path: "tile/0/273.p/112" },
    { level: 1, index: 1, width: 17, path: "tile/1/001.p/17" },
    { level: 2, index: 0, width: 1, path: "tile/2/000.p/1" },
    { level: 63, index: 999, width: 255, path: "tile/63/999.p/255" },
    { level: 0, index: 1000, width: 256, path: "tile/0/x001/000" },
    { level: 0, index: 1_234_067, width: 256, path: "tile/0/x001/x234/067" },
    { level: "entries", index: 1_234_067, width: 8, path: "tile/entries/x001/x234/067.p/8" },
    { level: "entries", index: 5, width: 256, path: "tile/entries/005" },
  ] as const)("$path", ({ path, ...tile }) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  test.each([
    "tile/0/0",
    "tile/0/00",
    "tile/0/0000",
    "tile/00/000",
    "tile/64/000",
    "tile/-1/000",
    "tile/a/000",
    "tile/0/001/067",
    "tile/0/x001",
    "tile/0/x000/001",
    "tile/0/x001/x067",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/01",
    "tile/0/000.p",
    "tile/0/000.p/",
    "tile/0/000/",
    "/tile/0/000",
    "tile/entry/000",
    "tile/0/../000",
    "tile/0/000\n",
    "tile/0/x001/x001/x001/x001/x001/000",
    "",
  ])("%j is no path", (path) => {
    expect(parseTilePath(path)).toBeNull();
  });

  test("every tile has one path", () => {
    const tile = fc.record({
      level: fc.oneof(fc.nat(63), fc.constant("entries" as const)),
      index: fc.nat(2 ** 31 - 1),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(tile, (given) => {
        expect(parseTilePath(tilePath(given))).toEqual(given);
      }),
    );
  });
});

describe("the tiles of a log", () => {
  test("of 70,000 entries are those that the specification counts", () => {
    const tiles = [...tilesOf(70_000)];
    const of = (level: number | "entries", isFull: boolean): number[] =>
      tiles
        .filter((tile) => tile.level === level && (tile.width === 256) === isFull)
        .map(({ width }) => width);
    expect(of(0, true)).toHaveLength(273);
    expect(of(0, false)).toEqual([112]);
    expect(of(1, true)).toHaveLength(1);
    expect(of(1, false)).toEqual([17]);
    expect(of(2, true)).toEqual([]);
    expect(of(2, false)).toEqual([1]);
    expect(of("entries", true)).toHaveLength(273);
    expect(of("entries", false)).toEqual([112]);
  });

  test("of 256 entries are a whole one and one above it", () => {
    expect([...tilesOf(256)].map(tilePath)).toEqual([
      "tile/entries/000",
      "tile/0/000",
      "tile/1/000.p/1",
    ]);
  });

  test("of no entry are none", () => {
    expect([...tilesOf(0)]).toEqual([]);
    expect(tileWidth(0, 0, 0)).toBe(0);
    expect(tileWidth(0, 1, 256)).toBe(0);
  });

  test("hold the leaves' hashes, and above them the roots of whole tiles", () => {
    const log = numberedLog(600);
    expect(parseTileHashes(tileHashes(0, 2, 88, log.read), 88)).toEqual(log.leafHashes.slice(512));
    const above = parseTileHashes(tileHashes(1, 0, 2, log.read), 2);
    const builder = new RootBuilder();
    for (const leaf of log.leafHashes.slice(256, 512)) builder.append(leaf);
    expect(above[1]).toEqual(builder.root());
    const [left, right] = above;
    if (left === undefined || right === undefined) throw new Error("two hashes");
    expect(nodeHash(left, right)).toEqual(log.roots[512]);
  });

  test("of another length than their width are refused", () => {
    expect(codeOf(() => parseTileHashes(Buffer.alloc(33), 1))).toBe("log_broken");
    expect(codeOf(() => parseTileHashes(Buffer.alloc(0), 1))).toBe("log_broken");
  });
});

describe("entry bundles", () => {
  const entries = [Buffer.from("one"), Buffer.alloc(0), Buffer.alloc(65_535, 7)];
  const bundle = entryBundle(entries);

  test("give their entries back, empty ones and the longest too", () => {
    expect(parseEntryBundle(bundle, 3)).toEqual(entries);
    expect(bundle.subarray(0, 5)).toEqual(Buffer.from("\0\u0003one"));
  });

  test.each([
    { why: "a byte too few", bytes: bundle.subarray(0, -1), width: 3 },
    { why: "a byte too many", bytes: Buffer.concat([bundle, Buffer.of(0)]), width: 3 },
    { why: "an entry too many", bytes: bundle, width: 2 },
    { why: "an entry too few", bytes: bundle, width: 4 },
    { why: "half a length", bytes: Buffer.of(0), width: 1 },
  ])("are refused with $why", ({ bytes, width }) => {
    expect(codeOf(() => parseEntryBundle(bytes, width))).toBe("log_broken");
  });

  test("hold no entry that is too long for its length", () => {
    expect(codeOf(() => entryBundle([Buffer.alloc(65_536)]))).toBe("log_broken");
  });
});
