import { describe, expect, test } from "vitest";
import { sha256 } from "../../../src/protocol/digest.js";
import { fromInstant, parseTimestamp } from "../../../src/protocol/instant.js";
import { feed as desiredFeed } from "../../helpers/desired.js";
import { AGAIN_7, AT_7, revoking, VERIFIED_7 } from "../../helpers/judged.js";
import { keyOf } from "../../helpers/keys.js";
import { Polled } from "../../helpers/polled.js";

const LATER = parseTimestamp("2026-11-22T00:00:00Z");

describe("an accepted feed", () => {
  test("is imported with its event and its poll, in one commit", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7, { ETag: '"seven"' });
    const before = polled.world.snapshot;
    const status = await polled.poll();
    expect(status).toEqual({
      issuer_sovereign_id: "GLOBEX",
      name: "globex",
      url: polled.server.url(),
      result: "imported",
      message: "imported sequence 7 with 2 revocations",
      sequence: 7,
      issued_at: "2026-01-01T00:00:00Z",
      checked_at: fromInstant(polled.world.now),
      succeeded_at: fromInstant(polled.world.now),
      fresh: true,
      next_poll_at: expect.any(String),
    });
    const after = polled.world.snapshot;
    expect(after.generation).toBe(before.generation + 1);
    expect(after.applied).toEqual(before.applied);
    expect(after.feeds).toMatchObject([{ feedId: "feed-7", issuer: "GLOBEX", json: AT_7 }]);
    expect(after.importedRevocations.map(({ attestationId }) => attestationId)).toEqual(["a", "b"]);
    expect(after.feedPolls).toMatchObject([{ etag: '"seven"', sequence: 7, result: "imported" }]);
    expect(polled.events("imported")).toEqual([
      {
        feed_id: "feed-7",
        issuer_sovereign_id: "GLOBEX",
        sequence: 7,
        accepted: true,
        reason: "accepted",
        revoked_count: 2,
        document_digest: sha256(AT_7),
      },
    ]);
    expect(polled.status).toEqual(status);
  });

  test("is followed by the next; what it leaves out stays revoked", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7);
    await polled.poll();
    polled.server.json(revoking(8, ["c"]));
    expect(await polled.poll()).toMatchObject({ result: "imported", sequence: 8 });
    expect(polled.imported).toEqual([7, 8]);
    expect(polled.world.snapshot.importedRevocations).toHaveLength(3);
    expect(polled.events("imported")).toHaveLength(2);
  });

  test("is the one that stood in git already", async () => {
    const polled = await Polled.start();
    polled.apply({}, { feeds: [desiredFeed("from-git", VERIFIED_7)] });
    polled.server.json(AGAIN_7);
    expect(await polled.poll()).toMatchObject({ result: "refreshed", issued_at: LATER });
    expect(polled.imported).toEqual([7]);
  });
});

describe("an unchanged feed", () => {
  test("with a validator is not sent again", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7, { ETag: '"seven"' });
    await polled.poll();
    polled.world.pass(60);
    expect(await polled.poll()).toMatchObject({
      result: "unchanged",
      message: "sequence 7 is the newest",
      succeeded_at: fromInstant(polled.world.now),
    });
    expect(polled.server.requests[1]?.headers["if-none-match"]).toBe('"seven"');
    expect(polled.events("imported")).toHaveLength(1);
  });

  test("without one is known by its bytes, or by what it says", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7);
    await polled.poll();
    expect(await polled.poll()).toMatchObject({ result: "unchanged" });
    polled.server.json(JSON.stringify(JSON.parse(AT_7), null, 1));
    expect(await polled.poll()).toMatchObject({ result: "unchanged" });
    expect(polled.server.requests[1]?.headers["if-none-match"]).toBeUndefined();
    expect(polled.imported).toEqual([7]);
  });

  test("costs no write for an hour", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7, { ETag: '"seven"' });
    await polled.poll();
    await polled.poll();
    const stored = polled.world.writer.feedPoll("GLOBEX");
    expect(stored).toMatchObject({ result: "unchanged" });
    const start = polled.world.now;
    polled.world.pass(3599);
    expect(await polled.poll()).toMatchObject({ checked_at: fromInstant(polled.world.now) });
    expect(polled.world.writer.feedPoll("GLOBEX")).toEqual(stored);
    polled.world.pass(1);
    await polled.poll();
    const rewritten = polled.world.writer.feedPoll("GLOBEX");
    expect(rewritten?.checkedAt).toBe(fromInstant(polled.world.now));
    expect(rewritten?.checkedAt).not.toBe(fromInstant(start));
  });

  test("is looked at in full after a start, and when a key has changed", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7, { ETag: '"seven"' });
    await polled.poll();
    polled.restart();
    expect(await polled.poll()).toMatchObject({ result: "unchanged" });
    polled.apply({ publicKeys: [keyOf("globex successor").publicKey] });
    expect(await polled.poll()).toMatchObject({ result: "invalid_signature" });
    const asked = polled.server.requests.map(({ headers }) => headers["if-none-match"]);
    expect(asked).toEqual([undefined, undefined, undefined]);
  });

  test("keeps its validator through changes that do not concern it", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7, { ETag: '"seven"' });
    await polled.poll();
    polled.apply({ endpoint: "https://globex.example" });
    await polled.poll();
    expect(polled.server.requests[1]?.headers["if-none-match"]).toBe('"seven"');
  });
});

describe("a feed that is signed anew", () => {
  test("counts as fresh, and is not imported", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7);
    await polled.poll();
    polled.server.json(AGAIN_7);
    expect(await polled.poll()).toMatchObject({ result: "refreshed", issued_at: LATER });
    expect(polled.world.snapshot.feeds).toMatchObject([{ feedId: "feed-7", json: AT_7 }]);
    expect(polled.world.writer.feedPoll("GLOBEX")).toMatchObject({ issuedAt: LATER });
    expect(polled.events("rejected")).toEqual([]);
  });

  test("does not become older again", async () => {
    const polled = await Polled.start();
    polled.server.json(AT_7);
    await polled.poll();
    polled.server.json(AGAIN_7);
    await polled.poll();
    polled.server.json(AT_7);
    expect(await polled.poll()).toMatchObject({ result: "unchanged", issued_at: LATER });
  });
});
