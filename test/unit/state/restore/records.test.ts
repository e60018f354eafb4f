/** Feeds, sovereigns and the policy: nothing wider than what both states say, and no sequence that goes back. */
import { describe, expect, test } from "vitest";
import type { Operation } from "../../../../src/model/state.js";
import { openState } from "../../../../src/state/open.js";
import { changes, restored } from "../../../helpers/merged.js";
import { AT_OFFSET, feed, sovereign } from "../../../helpers/state.js";

describe("feeds of others", () => {
  const imported = (...args: Parameters<typeof feed>): Operation => ({
    do: "import_feed",
    feed: feed(...args),
    at: AT_OFFSET,
  });

  test("what was imported since stays, and so do sequences", () => {
    const { snapshot, built } = restored(
      [imported("THEM", 1, ["x"])],
      [imported("THEM", 7, ["y"])],
    );
    expect(snapshot.feeds.map(({ sequence }) => sequence)).toEqual([1, 7]);
    expect(snapshot.importedRevocations.map(({ attestationId }) => attestationId)).toEqual([
      "x",
      "y",
    ]);
    expect(changes(built.changes.carried)).toEqual(["THEM@7 since_backup", "THEM y since_backup"]);
  });

  test("what was rejected since is not imported again", () => {
    const { snapshot } = restored(
      [imported("THEM", 1, ["x"])],
      [{ do: "reject_feed", feed: feed("THEM", 1, ["x"]), at: AT_OFFSET }],
    );
    expect(snapshot.feeds).toEqual([]);
    expect(snapshot.importedRevocations).toEqual([]);
    expect(snapshot.rejectedFeeds.map(({ sequence }) => sequence)).toEqual([1]);
  });

  test("one that is named is forgotten with what it alone revoked", () => {
    const { snapshot, built } = restored(
      [imported("THEM", 1, ["x"])],
      [imported("THEM", 2, ["x", "y"])],
      { forgottenFeeds: [{ issuer: "THEM", sequence: 2 }] },
    );
    expect(snapshot.feeds.map(({ sequence }) => sequence)).toEqual([1]);
    expect(snapshot.importedRevocations).toMatchObject([{ attestationId: "x", sequence: 1 }]);
    expect(changes(built.changes.forgotten)).toEqual(["THEM y asked_for", "THEM@2 asked_for"]);
  });

  test("our own sequence does not go back", () => {
    const { path } = restored(
      [{ do: "publish_feed", feed: feed("HOME", 1, []) }],
      [{ do: "publish_feed", feed: feed("HOME", 9, ["a"]) }],
    );
    const reader = openState(path);
    expect(reader.publishedFeed()?.sequence).toBe(9);
    reader.close();
  });
});

test("a sovereign stands as it does, and one that was removed since stays away", () => {
  const put = (id: string, more = {}): Operation => ({
    do: "put_sovereign",
    sovereign: sovereign(id, more),
  });
  const { snapshot } = restored(
    [put("A"), put("B")],
    [put("A", { endpoint: "https://a.example" }), { do: "remove_sovereign", sovereignId: "B" }],
  );
  expect(snapshot.sovereigns).toMatchObject([{ sovereignId: "A", endpoint: "https://a.example" }]);
});

describe("the recognition policy", () => {
  const put = (roles: readonly string[], revoked: readonly string[]): Operation => ({
    do: "put_policy",
    policyId: "p",
    at: AT_OFFSET,
    json: JSON.stringify({
      local_sovereign_id: "HOME",
      recognized_issuers: [
        {
          sovereign_id: "THEM",
          public_keys: ["k"],
          allowed_roles: roles,
          accepted_statuses: ["active"],
        },
      ],
      revoked_attestation_ids: revoked,
    }),
  });

  test("allows what both allow, and denies what either denies", () => {
    const { snapshot } = restored([put(["a", "b"], ["x"])], [put(["b", "c"], ["y"])]);
    expect(JSON.parse(snapshot.policy?.json ?? "")).toEqual({
      local_sovereign_id: "HOME",
      recognized_issuers: [
        {
          sovereign_id: "THEM",
          public_keys: ["k"],
          allowed_roles: ["b"],
          accepted_statuses: ["active"],
        },
      ],
      revoked_attestation_ids: ["x", "y"],
    });
  });

  test("is none where one of the states has none", () => {
    expect(restored([], [put(["a"], [])]).snapshot.policy).toBeNull();
    expect(restored([put(["a"], [])], [{ do: "remove_policy" }]).snapshot.policy).toBeNull();
  });

  test("stays where nothing changed it", () => {
    expect(restored([put(["a"], [])], []).snapshot.policy).not.toBeNull();
  });
});
