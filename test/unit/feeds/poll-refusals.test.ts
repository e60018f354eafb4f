import { expect, test } from "vitest";
import { documentJson, parseFeed } from "../../../src/protocol/documents.js";
import { sha256 } from "../../../src/protocol/digest.js";
import { fromInstant, parseTimestamp } from "../../../src/protocol/instant.js";
import { parseJson } from "../../../src/protocol/json.js";
import { signDocument } from "../../../src/sign/sign-document.js";
import { authority, feed as desiredFeed, POLICY } from "../../helpers/desired.js";
import { AGAIN_7, AT_7, revoking, VERIFIED_7 } from "../../helpers/judged.js";
import { keyOf } from "../../helpers/keys.js";
import { Polled } from "../../helpers/polled.js";

test.each([
  ["wrong_issuer", revoking(8, [], { issuer_sovereign_id: "INITECH" })],
  ["stale_sequence", revoking(6, ["a"])],
  ["from_the_future", revoking(8, [], { issued_at: parseTimestamp("2027-01-01T00:00:00Z") })],
])("%s: has its event once, and changes nothing", async (reason, json) => {
  const polled = await Polled.start();
  polled.server.json(AT_7);
  await polled.poll();
  const before = polled.world.snapshot;
  polled.server.json(json);
  for (let i = 0; i < 3; i += 1)
    expect(await polled.poll()).toMatchObject({ result: reason, sequence: 7 });
  polled.restart();
  expect(await polled.poll()).toMatchObject({ result: reason });
  const { feed_id, sequence } = parseFeed(parseJson(json)).body;
  expect(polled.events("rejected")).toEqual([
    { feed_id, issuer_sovereign_id: "GLOBEX", sequence, accepted: false, reason },
  ]);
  const after = polled.world.snapshot;
  expect(after.digest).toBe(before.digest);
  expect(after.generation).toBe(before.generation);
  expect(polled.world.writer.feedEvidence("GLOBEX")).toEqual([]);
});

test("malformed: has an event without what it does not have", async () => {
  const polled = await Polled.start();
  polled.server.json("{");
  expect(await polled.poll()).toMatchObject({ result: "malformed", sequence: null });
  expect(polled.events("rejected")).toEqual([
    {
      feed_id: null,
      issuer_sovereign_id: "GLOBEX",
      sequence: null,
      accepted: false,
      reason: "malformed",
    },
  ]);
});

test("signed by the key of another sovereign under the same key id", async () => {
  const polled = await Polled.start();
  const { body } = parseFeed(parseJson(AT_7));
  polled.server.json(documentJson(signDocument(body, "globex-1", keyOf("initech"))));
  expect(await polled.poll()).toMatchObject({ result: "invalid_signature" });
  expect(polled.imported).toEqual([]);
});

test("is recorded again after a feed that verified, and not after a failed fetch", async () => {
  const polled = await Polled.start();
  const stale = revoking(6, ["a"]);
  polled.server.json(AT_7);
  await polled.poll();
  polled.server.json(stale);
  await polled.poll();
  polled.server.answer((_request, response) => response.writeHead(503).end());
  expect(await polled.poll()).toMatchObject({ result: "fetch_failed" });
  polled.server.json(stale);
  await polled.poll();
  expect(polled.events("rejected")).toHaveLength(1);
  polled.server.json(AT_7);
  await polled.poll();
  polled.server.json(stale);
  await polled.poll();
  expect(polled.events("rejected")).toHaveLength(2);
});

test("equivocation: both are kept, and the imported one stands", async () => {
  const polled = await Polled.start();
  const other = revoking(7, ["a"], { feed_id: "other-7" });
  polled.server.json(AT_7);
  await polled.poll();
  polled.server.json(` ${other} `);
  for (let i = 0; i < 3; i += 1)
    expect(await polled.poll()).toMatchObject({ result: "equivocation", sequence: 7 });
  expect(polled.world.snapshot.feeds).toMatchObject([{ feedId: "feed-7", json: AT_7 }]);
  expect(polled.world.writer.feedEvidence("GLOBEX")).toEqual([
    {
      issuer: "GLOBEX",
      feedId: "other-7",
      sequence: "7",
      digest: sha256(` ${other} `),
      json: ` ${other} `,
      reason: "equivocation",
      receivedAt: fromInstant(polled.world.now),
    },
  ]);
  expect(polled.events("rejected")).toHaveLength(1);
  polled.server.json(revoking(8, ["a", "b"]));
  expect(await polled.poll()).toMatchObject({ result: "imported", sequence: 8 });
});

test("sequence_jump: is kept, and locks nobody out", async () => {
  const polled = await Polled.start();
  polled.server.json(revoking(2n ** 53n, []));
  expect(await polled.poll()).toMatchObject({ result: "sequence_jump", sequence: null });
  expect(polled.world.writer.feedEvidence("GLOBEX")).toMatchObject([
    { sequence: "9007199254740992", reason: "sequence_jump" },
  ]);
  expect(polled.events("rejected")).toMatchObject([{ sequence: 2n ** 53n }]);
  polled.server.json(AT_7);
  expect(await polled.poll()).toMatchObject({ result: "imported", sequence: 7 });
});

test("sequence_jump: the limit is the applied policy's", async () => {
  const polled = await Polled.start();
  const limit = (maxSequenceJump: number): void =>
    polled.apply({}, { authority: authority({ policy: { ...POLICY, maxSequenceJump } }) });
  limit(6);
  polled.server.json(AT_7);
  expect(await polled.poll()).toMatchObject({ result: "sequence_jump" });
  limit(7);
  expect(await polled.poll()).toMatchObject({ result: "imported" });
});

test("rejected_by_git: what git took back does not come again by itself", async () => {
  const polled = await Polled.start();
  polled.server.json(AT_7, { ETag: '"seven"' });
  await polled.poll();
  polled.apply({}, { feeds: [desiredFeed("bad", VERIFIED_7, false)] });
  expect(polled.status).toMatchObject({ sequence: null, issued_at: null });
  expect(await polled.poll()).toMatchObject({ result: "rejected_by_git", sequence: null });
  polled.server.json(AGAIN_7);
  expect(await polled.poll()).toMatchObject({ result: "rejected_by_git", issued_at: null });
  expect(polled.imported).toEqual([]);
  polled.server.json(revoking(7, ["a"], { feed_id: "corrected" }));
  expect(await polled.poll()).toMatchObject({ result: "imported", sequence: 7 });
});
