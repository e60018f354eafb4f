import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { FeedServer } from "../../helpers/feed-server.js";
import { AT_7, revoking, verified } from "../../helpers/judged.js";
import { keyOf } from "../../helpers/keys.js";
import { Polled } from "../../helpers/polled.js";
import { commit, expectError, withPlainDatabase } from "../../helpers/state.js";

/** Answers with AT_7 once `meanwhile` has happened. */
function answerAfter(polled: Polled, meanwhile: () => void): void {
  let isFirst = true;
  polled.server.answer((_request, response) => {
    if (isFirst) meanwhile();
    isFirst = false;
    response.writeHead(200, { "Content-Type": "application/json" }).end(AT_7);
  });
}

describe("suspend", () => {
  test("keeps a poll from fetching", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7);
    polled.apply({ feed: { suspend: true } });
    expect(polled.status).toMatchObject({ result: "suspended", next_poll_at: null });
    expect(await polled.poll()).toMatchObject({ result: "suspended", next_poll_at: null });
    expect(polled.server.connections).toBe(0);
    polled.apply({ feed: { suspend: false } });
    expect(polled.status).toMatchObject({ result: null, checked_at: expect.any(String) });
    expect(await polled.poll()).toMatchObject({ result: "imported" });
  });

  test("applied during a fetch wins", async () => {
    const polled = await Polled.start();
    answerAfter(polled, () => polled.apply({ feed: { suspend: true } }));
    expect(await polled.poll()).toMatchObject({ result: "suspended", sequence: null });
    expect(polled.server.requests).toHaveLength(1);
    expect(polled.imported).toEqual([]);
    expect(polled.events("imported")).toEqual([]);
  });

  test("leaves what was imported, and when it was signed", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7);
    await polled.poll();
    polled.apply({ feed: { suspend: true, maxAge: 3600 } });
    expect(await polled.poll()).toMatchObject({ result: "suspended", sequence: 7, fresh: false });
    expect(polled.imported).toEqual([7]);
  });
});

describe("what changes during a fetch", () => {
  test("a key: the feed is judged by the new one", async () => {
    const polled = await Polled.start();
    answerAfter(polled, () => polled.apply({ publicKeys: [keyOf("successor").publicKey] }));
    expect(await polled.poll()).toMatchObject({ result: "invalid_signature" });
    expect(polled.imported).toEqual([]);
  });

  test("the address: the new one is asked", async () => {
    const polled = await Polled.start();
    const moved = await FeedServer.start();
    moved.json(revoking(8, []));
    answerAfter(polled, () => polled.apply({ feed: { url: moved.url() } }));
    expect(await polled.poll()).toMatchObject({ result: "imported", url: moved.url() });
    expect(polled.imported).toEqual([8]);
  });

  test("the address goes: nothing is imported", async () => {
    const polled = await Polled.start();
    answerAfter(polled, () => polled.apply({ feed: { url: null } }));
    expect(await polled.poll()).toMatchObject({ result: null, url: "", next_poll_at: null });
    expect(polled.imported).toEqual([]);
    expect(polled.poller.statuses(polled.world.now)).toEqual([]);
  });

  test("the imported feed: the highest sequence counts that is there in the end", async () => {
    const polled = await Polled.start();
    const operation = {
      do: "import_feed",
      feed: verified(revoking(8, ["a"])),
      at: "2026-11-23T00:00:00+00:00",
    } as const;
    answerAfter(polled, () => commit(polled.world.writer, operation));
    expect(await polled.poll()).toMatchObject({ result: "stale_sequence", sequence: 8 });
    expect(polled.imported).toEqual([8]);
  });

  test("a 304 to a question that is not asked any more is asked again", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7, { ETag: '"seven"' });
    await polled.poll();
    let isFirst = true;
    polled.server.answer((request, response) => {
      if (isFirst) polled.apply({ publicKeys: [keyOf("successor").publicKey] });
      isFirst = false;
      const isKnown = request.headers["if-none-match"] === '"seven"';
      response.writeHead(isKnown ? 304 : 200, { "Content-Type": "application/json" });
      response.end(isKnown ? "" : AT_7);
    });
    expect(await polled.poll()).toMatchObject({ result: "invalid_signature" });
    expect(polled.server.requests).toHaveLength(3);
  });

  test("again and again: the poll gives up, and is due later", async () => {
    const polled = await Polled.start();
    let count = 0;
    polled.server.answer((_request, response) => {
      polled.apply({ feed: { url: `${polled.server.url()}?${(count += 1)}` } });
      response.writeHead(200, { "Content-Type": "application/json" }).end(AT_7);
    });
    const status = await polled.poll();
    expect(status).toMatchObject({ result: "fetch_failed", url: polled.server.url() });
    expect(status.next_poll_at).not.toBe(parseTimestamp("2026-11-23T00:00:00Z"));
    expect(polled.server.requests).toHaveLength(3);
  });
});

describe("an abort", () => {
  test("leaves everything as it was", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7);
    await polled.poll();
    const before = polled.world.snapshot;
    const status = polled.status;
    const abort = new AbortController();
    polled.server.answer(() => abort.abort());
    polled.world.pass(60);
    expect(await polled.poll(abort.signal)).toEqual(status);
    expect(polled.world.snapshot).toEqual(before);
  });
});

describe("a state that cannot be written", () => {
  test("because another program holds it: the poll has failed, and the next one works", async () => {
    const polled = await Polled.start();
    const other = new Database(polled.world.db);
    answerAfter(polled, () => other.exec("BEGIN IMMEDIATE"));
    expect(await polled.poll()).toMatchObject({ result: "fetch_failed" });
    other.close();
    expect(await polled.poll()).toMatchObject({ result: "imported" });
  });

  test("because it is corrupt: the error goes through", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7);
    await polled.poll();
    withPlainDatabase(polled.world.db, (database) =>
      database.exec("UPDATE sovereign_revocation_feeds SET feed_json = '{'"),
    );
    polled.restart();
    await expect(polled.poll()).rejects.toMatchObject({ code: "state_corrupt" });
  });
});

test("settings that cannot be used are refused at the start", async () => {
  const polled = await Polled.start();
  const folder = dirname(polled.server.caFile);
  expectError("bad_settings", () => polled.restart({ allowPrivate: ["10.0.0.1"] }));
  expectError("unreadable_file", () => polled.restart({ caFile: join(folder, "none.pem") }));
  const noCertificate = join(folder, "not.pem");
  writeFileSync(noCertificate, "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n");
  expectError("unreadable_file", () => polled.restart({ caFile: noCertificate }));
});
