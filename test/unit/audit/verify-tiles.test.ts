import { beforeAll, describe, expect, test } from "vitest";
import { exportTiles } from "../../../src/audit/export-tiles.js";
import { verifyTiles } from "../../../src/audit/verify-tiles.js";
import type { Verification } from "../../../src/audit/verification.js";
import { entryBundle, parseEntryBundle } from "../../../src/protocol/log/tiles.js";
import { ORIGIN, VKEY, auditedLog, revocations, type Audited } from "../../helpers/audited.js";
import { keyOf } from "../../helpers/keys.js";

const SIZE = 600;

describe("the log as files", () => {
  let log: Audited;
  let files: ReadonlyMap<string, Uint8Array>;

  beforeAll(() => {
    log = auditedLog(revocations(SIZE));
    files = filesOf(log);
  });

  function filesOf({ source }: Audited): ReadonlyMap<string, Uint8Array> {
    return new Map(Array.from(exportTiles(source), ({ path, bytes }) => [path, bytes]));
  }

  function verified(
    changes: Readonly<Record<string, Uint8Array>> = {},
    options: { key?: string; since?: string } = {},
  ): Promise<Verification> {
    const { key = VKEY, since = null } = options;
    const fetch = async (path: string): Promise<Uint8Array> => {
      const bytes = changes[path] ?? files.get(path);
      if (bytes === undefined) throw new Error(`no file ${path}`);
      return bytes;
    };
    return verifyTiles(fetch, { key, since });
  }

  function file(path: string): Buffer {
    return Buffer.from(files.get(path) ?? "");
  }

  test("are its checkpoint, bundles and tiles", () => {
    expect([...files.keys()]).toEqual([
      "tile/entries/000",
      "tile/entries/001",
      "tile/entries/002.p/88",
      "tile/0/000",
      "tile/0/001",
      "tile/0/002.p/88",
      "tile/1/000.p/2",
      "checkpoint",
    ]);
  });

  test("verify", async () => {
    expect(await verified()).toMatchObject({
      verified: true,
      source: "url",
      origin: ORIGIN,
      size: SIZE,
      entries: SIZE,
      hidden: 2 * SIZE,
      fault: null,
    });
  });

  test("verify when the log is empty", async () => {
    files = filesOf(auditedLog([]));
    expect([...files.keys()]).toEqual(["checkpoint"]);
    expect(await verified()).toMatchObject({ verified: true, size: 0 });
    files = filesOf(log);
  });

  test("extend an earlier checkpoint, and no other log's", async () => {
    const since = auditedLog(revocations(300)).head.checkpoint ?? "";
    expect(await verified({}, { since })).toMatchObject({ verified: true, extends: [300] });
    const other = revocations(300).map(({ details, ...rest }) => ({
      ...rest,
      details: { ...details, reason: "x" },
    }));
    const foreign = auditedLog(other).head.checkpoint ?? "";
    expect((await verified({}, { since: foreign })).fault?.fault).toBe("not_an_extension");
  });

  test("are refused under another key", async () => {
    const result = await verified({}, { key: keyOf("other").publicKey });
    expect(result.fault).toMatchObject({ fault: "checkpoint_refused", index: null });
  });

  test("name the entry whose bundle and tile disagree", async () => {
    const leaves = [...parseEntryBundle(file("tile/entries/001"), 256)];
    const text = Buffer.from(leaves[10] ?? "").toString();
    leaves[10] = Buffer.from(text.replace('"generation":267', '"generation":268'));
    const result = await verified({ "tile/entries/001": entryBundle(leaves) });
    expect(result.fault).toMatchObject({ fault: "tile_mismatch", index: 266 });
  });

  test("name the first entry below a tile that is altered", async () => {
    for (const [path, place, index] of [
      ["tile/0/002.p/88", 32 * 7, 519],
      ["tile/1/000.p/2", 32, 256],
    ] as const) {
      const bytes = file(path);
      bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
      expect((await verified({ [path]: bytes })).fault).toMatchObject({
        fault: "tile_mismatch",
        index,
      });
    }
  });

  test("are refused when a file is short, or holds another's leaves", async () => {
    const short = file("tile/entries/001").subarray(0, -1);
    expect((await verified({ "tile/entries/001": short })).fault).toMatchObject({
      fault: "tile_mismatch",
      index: 256,
    });
    const other = {
      "tile/entries/001": file("tile/entries/000"),
      "tile/0/001": file("tile/0/000"),
    };
    expect((await verified(other)).fault).toMatchObject({ fault: "leaf_altered", index: 256 });
  });

  test("are refused when they do not make the root", async () => {
    const forged = filesOf(
      auditedLog(revocations(SIZE).map((event) => ({ ...event, details: {} }))),
    );
    const changes = Object.fromEntries([...forged].filter(([path]) => path !== "checkpoint"));
    expect((await verified(changes)).fault).toMatchObject({ fault: "root_mismatch" });
  });

  test("that cannot be fetched are no finding", async () => {
    files = new Map([["checkpoint", file("checkpoint")]]);
    await expect(verified()).rejects.toThrow("no file tile/entries/000");
    files = filesOf(log);
  });

  test("are fetched some ahead, in their order, and no more once there is a fault", async () => {
    const asked: string[] = [];
    const signals: AbortSignal[] = [];
    let [running, most] = [0, 0];
    const fetch = async (path: string, signal?: AbortSignal): Promise<Uint8Array> => {
      asked.push(path);
      if (signal !== undefined) signals.push(signal);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return path === "tile/0/000" ? Buffer.alloc(8192) : file(path);
    };
    const { fault } = await verifyTiles(fetch, { key: VKEY, since: null });
    expect(fault).toMatchObject({ fault: "tile_mismatch", index: 0 });
    expect(asked).toEqual([
      "checkpoint",
      "tile/entries/000",
      "tile/0/000",
      "tile/entries/001",
      "tile/0/001",
      "tile/entries/002.p/88",
      "tile/0/002.p/88",
      "tile/1/000.p/2",
    ]);
    expect(most).toBe(7);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });
});
