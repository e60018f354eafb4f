/** Notes are kept, with their events, and leave the revision as it is. */
import { describe, expect, test } from "vitest";
import { auditEvent } from "../../../src/audit/events.js";
import type { OpenDrift, Suspension } from "../../../src/model/controller.js";
import type { FeedEvidence, FeedPoll, Note, Operation } from "../../../src/model/state.js";
import { parseTimestamp, toInstant } from "../../../src/protocol/instant.js";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import type { StateReader } from "../../../src/state/reader.js";
import {
  AT,
  batchOf,
  commit,
  expectError,
  expectRefused,
  feed,
  scratchPath,
  sovereign,
  withPlainDatabase,
  withWriter,
} from "../../helpers/state.js";

const LATER = parseTimestamp("2026-11-23T02:00:00.5Z");
const EVENT = auditEvent("reconcile_suspended", { reason: "r" }, toInstant(AT), new Uint8Array(16));

const DRIFT: OpenDrift = {
  class: "altered",
  kind: "RecognitionTreaty",
  name: "globex",
  id: "t1",
  disposition: "report",
  message: "its signed bytes are not what was applied",
  since: AT,
};
const STRANGER: OpenDrift = { ...DRIFT, class: "unmanaged", name: null, id: "t0" };
const SUSPENSION: Suspension = { reason: "audit", by: "operator", since: AT, until: LATER };
const POLL: FeedPoll = {
  issuer: "FAR",
  url: "https://far.example/feed",
  etag: '"v1"',
  sequence: 7,
  issuedAt: AT,
  result: "imported",
  message: "feed 7 was imported",
  checkedAt: LATER,
  succeededAt: LATER,
};
const NEVER: FeedPoll = {
  ...POLL,
  issuer: "EAST",
  etag: null,
  sequence: null,
  issuedAt: null,
  result: "fetch_failed",
  succeededAt: null,
};

function evidence(issuer: string, count: number): FeedEvidence {
  return {
    issuer,
    feedId: "same",
    sequence: "18446744073709551615",
    digest: `sha256:${String(count).padStart(64, "0")}`,
    json: `{"bytes":${count}}`,
    reason: "equivocation",
    receivedAt: AT,
  };
}

const keeping = (item: FeedEvidence): Note => ({ do: "keep_evidence", evidence: item });

/** Everything that notes make. */
function notedIn(reader: StateReader): object {
  return {
    drift: reader.openDrift(),
    trusted: reader.trusted(),
    suspension: reader.suspension(),
    polls: reader.snapshot().feedPolls,
    pollsAlone: reader.feedPolls(),
    poll: reader.feedPoll("FAR"),
    evidence: reader.feedEvidence("FAR"),
  };
}

const NOTES: readonly Note[] = [
  { do: "open_drift", drift: DRIFT },
  { do: "open_drift", drift: STRANGER },
  { do: "trust", revision: { commit: "c", tree: "t", at: LATER } },
  { do: "suspend", suspension: SUSPENSION },
  { do: "put_feed_poll", poll: POLL },
  { do: "put_feed_poll", poll: NEVER },
  keeping(evidence("FAR", 1)),
];
const NOTED = {
  drift: [STRANGER, DRIFT],
  trusted: { commit: "c", tree: "t", at: LATER },
  suspension: SUSPENSION,
  polls: [NEVER, POLL],
  pollsAlone: [NEVER, POLL],
  poll: POLL,
  evidence: [evidence("FAR", 1)],
};
const NOTHING = {
  drift: [],
  trusted: null,
  suspension: null,
  polls: [],
  pollsAlone: [],
  poll: null,
  evidence: [],
};

describe("a note", () => {
  test("is there after the file was closed and opened anew", () => {
    const path = scratchPath();
    const writer = openStateForWriting(path, "test");
    expect(notedIn(writer)).toEqual(NOTHING);
    writer.note(NOTES, [EVENT]);
    expect(notedIn(writer)).toEqual(NOTED);
    writer.close();
    const reader = openState(path);
    expect(notedIn(reader)).toEqual(NOTED);
    expect([...reader.auditEvents({})]).toEqual([EVENT]);
    reader.close();
  });

  test("leaves generation and digest as they are, and a plan that was made before it is not stale", () => {
    withWriter((writer) => {
      commit(writer, { do: "put_sovereign", sovereign: sovereign("FAR") });
      const planned = writer.snapshot();
      writer.note(NOTES, [EVENT]);
      expect(writer.snapshot()).toEqual({ ...planned, feedPolls: [NEVER, POLL] });
      expect(writer.commit(batchOf([]), planned)).toBe(planned.generation + 1);
    });
  });

  test("replaces the one before it, and can be taken back", () => {
    withWriter((writer) => {
      writer.note(NOTES, []);
      const healed: OpenDrift = { ...DRIFT, disposition: "replace" };
      writer.note(
        [
          { do: "open_drift", drift: healed },
          { do: "close_drift", class: "unmanaged", kind: "RecognitionTreaty", id: "t0" },
          // There is none: closed twice is closed.
          { do: "close_drift", class: "missing", kind: "RecognitionTreaty", id: "t1" },
          { do: "put_feed_poll", poll: { ...POLL, result: "unchanged" } },
          { do: "resume" },
          { do: "resume" },
        ],
        [],
      );
      expect(notedIn(writer)).toMatchObject({
        drift: [healed],
        suspension: null,
        poll: { result: "unchanged" },
      });
      writer.note([{ do: "suspend", suspension: { ...SUSPENSION, until: null } }], []);
      writer.note([{ do: "suspend", suspension: { ...SUSPENSION, by: "another" } }], []);
      expect(writer.suspension()).toEqual({ ...SUSPENSION, by: "another" });
    });
  });

  test("is written with its batch, or not at all", () => {
    withWriter((writer) => {
      const before = writer.snapshot();
      const batch = { ...batchOf([{ do: "remove_policy" }], [EVENT]), notes: NOTES };
      expectError("internal", () => writer.commit(batch, before));
      expect(notedIn(writer)).toEqual(NOTHING);
      expect([...writer.auditEvents({})]).toEqual([]);
      writer.commit({ ...batch, operations: [] }, before);
      expect(notedIn(writer)).toEqual(NOTED);
      expect([...writer.auditEvents({})]).toEqual([EVENT]);
    });
  });

  test("is not written when its event cannot be", () => {
    withWriter((writer) => {
      writer.note([], [EVENT]);
      expectError("internal", () => writer.note(NOTES, [EVENT]));
      expect(notedIn(writer)).toEqual(NOTHING);
      expect([...writer.auditEvents({})]).toHaveLength(1);
    });
  });
});

describe("evidence against an issuer", () => {
  test("is kept up to ten documents for each, the first ones", () => {
    withWriter((writer) => {
      const all = Array.from({ length: 12 }, (_, index) => evidence("FAR", 20 - index));
      for (const item of all) writer.note([keeping(item)], []);
      writer.note([keeping(evidence("NEAR", 1))], []);
      expect(writer.feedEvidence("FAR")).toEqual(all.slice(0, 10));
      expect(writer.feedEvidence("NEAR")).toEqual([evidence("NEAR", 1)]);
      expect(writer.feedEvidence("EAST")).toEqual([]);
    });
  });

  test("is the same document once, from when it first came", () => {
    withWriter((writer) => {
      const first = evidence("FAR", 1);
      writer.note([keeping(first), keeping({ ...first, receivedAt: LATER })], []);
      expect(writer.feedEvidence("FAR")).toEqual([first]);
    });
  });
});

describe("the trusted revision", () => {
  test("is the one last applied, and stays when a batch comes from no commit", () => {
    withWriter((writer) => {
      const { applied } = batchOf([]);
      writer.note([{ do: "trust", revision: { commit: "old", tree: "old", at: AT } }], []);
      commit(writer);
      const trusted = { commit: applied?.commit, tree: applied?.tree, at: applied?.at };
      expect(writer.trusted()).toEqual(trusted);
      const imported: Operation = { do: "import_feed", feed: feed("FAR", 1, ["a"]), at: "t" };
      writer.commit({ ...batchOf([imported]), applied: null }, writer.snapshot());
      expect(writer.trusted()).toEqual(trusted);
      expect(writer.snapshot().applied).toEqual(applied);
      expect(writer.snapshot().feeds).toHaveLength(1);
    });
  });

  test("is the applied one in a state that knows of no other", () => {
    withWriter((writer, path) => {
      commit(writer);
      withPlainDatabase(path, (database) => database.exec("DELETE FROM concordat_trusted"));
      expect(writer.trusted()).toMatchObject({ commit: batchOf([]).applied?.commit });
    });
  });
});

describe("what a feed poller asks", () => {
  test("has an answer for what is there, and null for what is not", () => {
    withWriter((writer) => {
      const far = sovereign("FAR", {
        feed: { url: "https://far.example", maxAge: 9, suspend: true },
      });
      commit(
        writer,
        { do: "put_sovereign", sovereign: far },
        { do: "import_feed", feed: feed("FAR", 9, []), at: "t1" },
        { do: "import_feed", feed: feed("FAR", 10, ["a"]), at: "t2" },
        { do: "reject_feed", feed: feed("FAR", 12, []), at: "t3" },
      );
      expect(writer.sovereign("FAR")).toEqual(far);
      expect(writer.sovereign("NEAR")).toBeNull();
      expect(writer.highestSequence("FAR")).toBe(10);
      expect(writer.highestSequence("NEAR")).toBeNull();
      expect(writer.feed("FAR", 9)).toMatchObject({ feedId: "feed-FAR-9", importedAt: "t1" });
      expect(writer.feed("FAR", 12)).toBeNull();
      expect(writer.feed("NEAR", 9)).toBeNull();
      expect(writer.rejectedFeed("FAR", "feed-FAR-12")).toMatchObject({ sequence: 12 });
      expect(writer.rejectedFeed("NEAR", "feed-FAR-12")).toBeNull();
      expect(writer.rejectedFeeds("FAR")).toMatchObject([{ sequence: 12, rejectedAt: "t3" }]);
      expect(writer.rejectedFeeds("NEAR")).toEqual([]);
      expect(writer.feedNamed("feed-FAR-10")).toMatchObject({ issuer: "FAR", sequence: 10 });
      expect(writer.feedNamed("feed-FAR-12")).toBeNull();
      expect(writer.sovereigns()).toEqual([far]);
      expect(writer.authority()).toBeNull();
      expect(writer.feedPoll("FAR")).toBeNull();
    });
  });
});

test("a refused batch leaves the applied and the trusted revision", () => {
  withWriter((writer) => {
    expectRefused(writer, { do: "remove_policy" });
    expect(writer.trusted()).toBeNull();
  });
});
