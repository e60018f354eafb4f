/** The audit log over HTTP: whoever fetches its checkpoint and its tiles can check all of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditEvent } from "../../src/model/audit.js";
import { verifyCheckpoint, type Checkpoint } from "../../src/protocol/log/checkpoint.js";
import { leafHash, RootBuilder, verifyInclusion } from "../../src/protocol/log/merkle.js";
import { parseEntryBundle, tilePath, tilesOf } from "../../src/protocol/log/tiles.js";
import { parseProof } from "../../src/protocol/log/tlog-proof.js";
import type { StateWriter } from "../../src/state/writer.js";
import { keyOf } from "../helpers/keys.js";
import { commitLogged, CONFIGURE, event, openLogged, ORIGIN, VKEY } from "../helpers/logged.js";
import { Served } from "../helpers/served.js";
import { START } from "../helpers/world.js";

const SIZE = 600;
const SECRET = "the holder's own words";
const folder = mkdtempSync(join(tmpdir(), "concordat-log-"));
const db = join(folder, "na.db");
let hasKey = true;
let writer: StateWriter;
let served: Served;

beforeAll(() => {
  writer = openLogged(db, { signer: () => (hasKey ? keyOf("home") : null) });
  served = new Served({ db, now: START });
});

afterAll(async () => {
  await served.close();
  writer.close();
  rmSync(folder, { recursive: true, force: true });
});

function events(from: number, to: number): AuditEvent[] {
  return Array.from({ length: to - from }, (_, i) =>
    event(`e${from + i}`, { id: `e${from + i}`, reason: SECRET }),
  );
}

async function bytes(url: string): Promise<Buffer> {
  const { statusCode, rawPayload } = await served.get(url);
  expect([url, statusCode]).toEqual([url, 200]);
  return rawPayload;
}

async function checkpoint(): Promise<Checkpoint> {
  return verifyCheckpoint((await bytes("/log/checkpoint")).toString(), VKEY, ORIGIN);
}

async function refused(url: string): Promise<unknown> {
  const { statusCode, body } = await served.get(url);
  return [statusCode, (JSON.parse(body) as { error: { code: string } }).error.code];
}

test("a log that nobody has signed is not served", async () => {
  for (const path of ["checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1", "proof/0"])
    expect(await refused(`/log/${path}`)).toEqual([404, "log_not_signed"]);
});

test("the tiles hold the tree that the checkpoint signs", async () => {
  commitLogged(writer, events(0, SIZE), [CONFIGURE]);
  const { size, root } = await checkpoint();
  expect(size).toBe(SIZE);
  const tree = new RootBuilder();
  for (const tile of tilesOf(size)) {
    const { level, index, width } = tile;
    const body = await bytes(`/log/${tilePath(tile)}`);
    if (level !== "entries") {
      expect(body.length).toBe(32 * width);
      continue;
    }
    const hashes = await bytes(`/log/${tilePath({ ...tile, level: 0 })}`);
    for (const [i, entry] of parseEntryBundle(body, width).entries()) {
      expect(entry.toString()).not.toContain(SECRET);
      const hash = leafHash(entry);
      expect(hashes.subarray(32 * i, 32 * i + 32).equals(hash)).toBe(true);
      expect(JSON.parse(entry.toString())).toMatchObject({ index: 256 * index + i });
      tree.append(hash);
    }
  }
  expect(tree.root()).toEqual(root);
});

test("a proof holds by itself", async () => {
  const { size, root } = await checkpoint();
  for (const index of [0, 255, 256, SIZE - 1]) {
    const proof = parseProof((await bytes(`/log/proof/${index}`)).toString());
    expect(proof.index).toBe(index);
    expect(verifyCheckpoint(proof.checkpoint, VKEY)).toEqual({ origin: ORIGIN, size, root });
    const hash = leafHash(proof.extra ?? Buffer.of());
    expect(verifyInclusion(index, size, hash, proof.hashes, root)).toBe(true);
  }
});

test("what never changes may be kept, and the checkpoint is asked for again", async () => {
  const note = await served.get("/log/checkpoint");
  expect(note.headers["cache-control"]).toBe("no-cache");
  const known = { "if-none-match": String(note.headers.etag) };
  expect((await served.get("/log/checkpoint", known)).statusCode).toBe(304);
  const tile = await served.get("/log/tile/0/001", { "accept-encoding": "br" });
  expect(tile.headers).toMatchObject({
    "cache-control": "public, max-age=31536000, immutable",
    "content-type": "application/octet-stream",
    "content-length": "8192",
  });
  expect(tile.headers["content-encoding"]).toBeUndefined();
  const bundle = await served.get("/log/tile/entries/001", { "accept-encoding": "br" });
  expect(bundle.headers["content-encoding"]).toBe("br");
  const head = await served.app.inject({ method: "HEAD", url: "/log/tile/0/001" });
  expect([head.statusCode, head.body, head.headers["content-length"]]).toEqual([200, "", "8192"]);
});

test("what is no path of a tile, an index or an entry is refused", async () => {
  for (const path of [
    "tile/0/0",
    "tile/0/0001",
    "tile/00/000",
    "tile/0/x000/001",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/05",
    "tile/0/000/",
    "tile/0/..%2f000",
    "tile/-1/000",
    "tile/64/000",
    "tile/leaves/000",
    "proof/01",
    "proof/-1",
    "proof/1e2",
    "proof/9999999999999999",
    "proof/",
  ])
    expect([path, await refused(`/log/${path}`)]).toEqual([path, [400, "bad_request"]]);
  for (const path of [
    "tile/0/002",
    "tile/0/002.p/89",
    "tile/0/003.p/1",
    "tile/1/000.p/3",
    "tile/2/000.p/1",
    "tile/63/000.p/1",
    "tile/entries/002",
    "tile/entries/x999/x999/999",
  ])
    expect([path, await refused(`/log/${path}`)]).toEqual([path, [404, "not_found"]]);
  expect(await refused(`/log/proof/${SIZE}`)).toEqual([404, "log_entry_not_found"]);
  for (const path of ["", "tile", "tile/", "tile/0", "other"])
    expect([path, (await served.get(`/log/${path}`)).statusCode]).toEqual([path, 404]);
  const posted = await served.app.inject({ method: "POST", url: "/log/checkpoint" });
  expect([posted.statusCode, posted.headers.allow]).toEqual([405, "GET, HEAD"]);
});

test("entries that are not signed yet are not served", async () => {
  hasKey = false;
  writer.note([], events(SIZE, SIZE + 9));
  expect((await checkpoint()).size).toBe(SIZE);
  expect(await refused(`/log/proof/${SIZE}`)).toEqual([404, "log_entry_not_found"]);
  expect(await refused("/log/tile/entries/002.p/89")).toEqual([404, "not_found"]);
  expect(await served.metric("concordat_log_size")).toBe(SIZE + 9);
  expect(await served.metric("concordat_log_checkpoint_size")).toBe(SIZE);
  hasKey = true;
  writer.note([], events(SIZE + 9, SIZE + 10));
  expect((await checkpoint()).size).toBe(SIZE + 10);
  expect((await served.get("/log/tile/entries/002.p/89")).statusCode).toBe(200);
});
