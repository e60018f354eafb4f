import { afterEach, beforeEach, expect, test } from "vitest";
import { judgeCorrected } from "../../../src/incident/bad-feed/corrected.js";
import { feedEffect, revokedWithout } from "../../../src/incident/bad-feed/effect.js";
import { canonicalJson } from "../../../src/protocol/canonical.js";
import { parseFeed } from "../../../src/protocol/documents.js";
import { signatureHolds } from "../../../src/protocol/verify.js";
import { signedFeed } from "../../helpers/admin-feed.js";
import { desired, sovereign, treaty } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { expectError } from "../../helpers/state.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
  world.apply(
    desired({ sovereigns: [sovereign("globex")], treaties: [treaty("globex", "globex")] }),
  );
  for (const [sequence, ids] of [
    [1, ["a"]],
    [2, ["a", "b", "c"]],
    [3, ["a", "c"]],
  ] as const) {
    const feed = signatureHolds(parseFeed(given(sequence, ids)), [
      keyOf("sovereign globex").publicKey,
    ]);
    if (feed === null) throw new Error("the feed must verify");
    world.writer.commit(
      {
        operations: [{ do: "import_feed", feed, at: "2026-11-23T00:00:00+00:00" }],
        notes: [],
        events: [],
        applied: null,
      },
      { generation: world.writer.generation() },
    );
  }
});
afterEach(() => {
  world.close();
});

function given(sequence: number, ids: readonly string[], signer?: string) {
  const about = { feed_id: `feed-${sequence}-${ids.length}`, sequence };
  return signedFeed({ ...about, revoked_attestation_ids: ids }, signer);
}

const bad = (sequence = 2) => feedEffect(world.snapshot, "GLOBEX", sequence);
const judged = (sequence: number, ids: readonly string[], signer?: string) =>
  judgeCorrected(
    Buffer.from(canonicalJson(given(sequence, ids, signer))),
    world.snapshot,
    bad(),
    world.now,
  );

test("what a feed alone revokes is told from what others revoke as well", () => {
  expect(bad()).toMatchObject({
    state: "imported",
    later: [3],
    alone_count: 1,
    revocations: [
      { attestation_id: "a", also_in: [{ sequence: 1 }, { sequence: 3 }] },
      { attestation_id: "b", also_in: [] },
      { attestation_id: "c", also_in: [{ sequence: 3 }] },
    ],
  });
  expect(revokedWithout(world.snapshot, "GLOBEX", bad().feed_id)).toEqual(new Set(["a", "c"]));
});

test("a feed that is not known names those that are", () => {
  const error = expectError("feed_unknown", () => bad(9));
  expect(error.hint).toContain("1, 2, 3");
});

test("a corrected feed must be newer than the others, and signed by its issuer", () => {
  expect(judged(4, ["a"])).toMatchObject({ accepted: true, importable: true });
  expect(judged(4, ["a"], "another")).toMatchObject({ reason: "invalid_signature" });
  expect(judged(2, ["a"])).toMatchObject({ accepted: false, reason: "stale_sequence" });
  expect(judged(4_000_000, ["a"])).toMatchObject({ accepted: false, reason: "sequence_jump" });
  expect(judgeCorrected(Buffer.from("{}"), world.snapshot, bad(), world.now)).toMatchObject({
    accepted: false,
    reason: "malformed",
  });
});

test("in place of the newest feed it may bear the same sequence, but not the same content", () => {
  const last = bad(3);
  const judge = (ids: readonly string[]) => {
    const bytes = Buffer.from(canonicalJson(given(3, ids)));
    return judgeCorrected(bytes, world.snapshot, last, world.now);
  };
  expect(judge(["a"])).toMatchObject({ accepted: true, importable: false });
  expect(judge(["a", "c"])).toMatchObject({ accepted: false, reason: "same_feed" });
});

test("the bad feed is no correction of itself", () => {
  expect(judged(2, ["a", "b", "c"])).toMatchObject({ accepted: false, reason: "same_feed" });
});
