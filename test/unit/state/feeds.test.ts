/** Imported, rejected and published revocation feeds. */
import { expect, test } from "vitest";
import type { Operation } from "../../../src/model/state.js";
import { documentJson } from "../../../src/protocol/documents.js";
import { openState } from "../../../src/state/open.js";
import {
  AT_OFFSET,
  batchOf,
  commit,
  expectError,
  expectRefused,
  feed,
  withPlainDatabase,
  withWriter,
} from "../../helpers/state.js";
import type { StateWriter } from "../../../src/state/writer.js";

const revoked = (writer: StateWriter): unknown[] =>
  writer
    .snapshot()
    .importedRevocations.map(({ attestationId, feedId, sequence, importedAt }) => [
      attestationId,
      feedId,
      sequence,
      importedAt,
    ]);
const importing = (document: ReturnType<typeof feed>, at: string): Operation => ({
  do: "import_feed",
  feed: document,
  at,
});
const rejecting = (document: ReturnType<typeof feed>): Operation => ({
  do: "reject_feed",
  feed: document,
  at: AT_OFFSET,
});

test("entries of later feeds join those of earlier ones", () => {
  withWriter((writer) => {
    commit(
      writer,
      importing(feed("FAR", 1, ["a", "b"]), "t1"),
      importing(feed("FAR", 4, ["b", "c"]), "t2"),
    );
    expect(revoked(writer)).toEqual([
      ["a", "feed-FAR-1", 1, "t1"],
      ["b", "feed-FAR-4", 4, "t1"],
      ["c", "feed-FAR-4", 4, "t2"],
    ]);
  });
});

test.for([4, 3])("after sequence 4, sequence %d is refused", (sequence) => {
  withWriter((writer) => {
    commit(writer, importing(feed("FAR", 4, ["a"]), "t1"), importing(feed("NEAR", 9, []), "t1"));
    expect(expectRefused(writer, importing(feed("FAR", sequence, [], "other"), "t2"))).toContain(
      "not newer than 4",
    );
  });
});

test("a sequence of 2^53 is refused before a number could round it", () => {
  withWriter((writer) => {
    const before = writer.snapshot();
    for (const operation of [
      importing(feed("FAR", 2n ** 53n, []), "t"),
      rejecting(feed("FAR", 2n ** 53n, [])),
    ]) {
      expectError("integer_out_of_range", () => writer.commit(batchOf([operation]), before));
    }
    commit(writer, importing(feed("FAR", 2 ** 53 - 1, []), "t"));
    expect(writer.snapshot().feeds[0]?.sequence).toBe(2 ** 53 - 1);
  });
});

test("rejecting an imported feed leaves the state as if the others had come alone", () => {
  withWriter((writer) => {
    const bad = feed("FAR", 1000, ["a", "c", "d"]);
    commit(
      writer,
      importing(feed("FAR", 1, ["a", "b"]), "t1"),
      importing(bad, "t2"),
      importing(feed("FAR", 1001, ["c"]), "t3"),
      importing(feed("NEAR", 7, ["a", "d"]), "t4"),
    );
    commit(writer, rejecting(bad));
    expect(revoked(writer)).toEqual([
      ["a", "feed-FAR-1", 1, "t1"],
      ["b", "feed-FAR-1", 1, "t1"],
      ["c", "feed-FAR-1001", 1001, "t3"],
      ["a", "feed-NEAR-7", 7, "t4"],
      ["d", "feed-NEAR-7", 7, "t4"],
    ]);
    expect(writer.snapshot()).toMatchObject({
      rejectedFeeds: [
        {
          feedId: "feed-FAR-1000",
          issuer: "FAR",
          sequence: 1000,
          json: documentJson(bad),
          rejectedAt: AT_OFFSET,
        },
      ],
    });
    expect(expectRefused(writer, rejecting(bad))).toContain("UNIQUE");
  });
});

test("rejecting the newest feed opens its sequence again, and accepting it takes it out of the rejected ones", () => {
  withWriter((writer) => {
    const bad = feed("FAR", 9, ["a"]);
    commit(writer, importing(bad, "t1"), rejecting(bad), importing(feed("FAR", 5, ["b"]), "t2"));
    expect(revoked(writer)).toEqual([["b", "feed-FAR-5", 5, "t2"]]);
    commit(writer, importing(bad, "t3"));
    expect(writer.snapshot().rejectedFeeds).toEqual([]);
    expect(revoked(writer)).toEqual([
      ["a", "feed-FAR-9", 9, "t3"],
      ["b", "feed-FAR-5", 5, "t2"],
    ]);
  });
});

test("a feed can be rejected that was never imported, even under the id of another issuer's", () => {
  withWriter((writer) => {
    const theirs = feed("NEAR", 1, ["x"], "shared-id");
    commit(writer, importing(theirs, "t1"), rejecting(feed("FAR", 3, ["x"], "shared-id")));
    expect(writer.snapshot().feeds.map((row) => row.issuer)).toEqual(["NEAR"]);
    expect(writer.snapshot().rejectedFeeds.map((row) => row.issuer)).toEqual(["FAR"]);
    expect(revoked(writer)).toEqual([["x", "shared-id", 1, "t1"]]);
  });
});

test("a rejection keeps revocations that another program imported without a feed", () => {
  withWriter((writer, path) => {
    const bad = feed("FAR", 2, ["a"]);
    commit(writer, importing(bad, "t1"));
    withPlainDatabase(path, (database) =>
      database.exec(
        "INSERT INTO imported_sovereign_revocations VALUES ('FAR', 'z', 'lost', 1, NULL, 't0')",
      ),
    );
    commit(writer, rejecting(bad));
    expect(revoked(writer)).toEqual([["z", "lost", 1, "t0"]]);
  });
});

test("our own feed is stored once, with a sequence that only rises", () => {
  withWriter((writer, path) => {
    expect(writer.publishedFeed()).toBeNull();
    const { digest } = writer.snapshot();
    const first = feed("HOME", 0, []);
    const second = feed("HOME", 2, ["a"]);
    commit(writer, { do: "publish_feed", feed: first });
    expect(writer.publishedFeed()).toEqual({
      sequence: 0,
      feedId: first.body.feed_id,
      json: documentJson(first),
    });
    commit(writer, { do: "publish_feed", feed: second });
    expect(
      expectRefused(writer, { do: "publish_feed", feed: feed("HOME", 2, ["b"], "other") }),
    ).toContain("not newer than 2");
    expect(expectRefused(writer, { do: "publish_feed", feed: feed("HOME", 1, ["b"]) })).toContain(
      "not newer than 2",
    );
    expect(
      expectRefused(writer, { do: "publish_feed", feed: feed("HOME", 3, [], "feed-HOME-2") }),
    ).toContain("UNIQUE");
    const reader = openState(path);
    expect(reader.publishedFeed()).toEqual({
      sequence: 2,
      feedId: second.body.feed_id,
      json: documentJson(second),
    });
    reader.close();
    expect(writer.snapshot().digest).toBe(digest);
  });
});
