import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DesiredFeed } from "../../../src/model/desired.js";
import { desired, feed, signedFeed, sovereign } from "../../helpers/desired.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const one = feed("globex-1", signedFeed("globex", 1, ["a"]));
const two = feed("globex-2", signedFeed("globex", 2, ["a", "b"]));
const tree = (...feeds: readonly DesiredFeed[]) => desired({ feeds });
const imported = () => world.snapshot.importedRevocations.map((row) => row.attestationId);

describe("a received feed", () => {
  test("is imported once, and several in the order of their sequence", () => {
    expect(
      world
        .plan(tree(two, one))
        .plan.changes.filter((change) => change.action === "import")
        .map((change) => change.name),
    ).toEqual(["globex-1", "globex-2"]);
    world.apply(tree(two, one));
    expect(imported()).toEqual(["a", "b"]);
    expect(world.plan(tree(one, two)).plan.verdict).toBe("no_changes");
  });

  test("shows in the blast radius whom its revocations affect", () => {
    expect(world.plan(tree(one)).plan.blast_radius.by_change).toMatchObject([
      { name: "globex-1", attestations_no_longer_accepted: ["a"] },
    ]);
  });

  test("that is stale is skipped with a warning", () => {
    world.apply(tree(two));
    const { plan } = world.plan(tree(one, two));
    expect(plan).toMatchObject({
      verdict: "no_changes",
      findings: [{ code: "stale_feed" }],
      skipped: [{ reason: "superseded" }],
    });
  });

  test("with the sequence of another and other bytes is refused as equivocation", () => {
    world.apply(tree(one));
    const other = feed("globex-other", signedFeed("globex", 1, ["z"], "feed-other"));
    expect(world.plan(tree(one, other)).plan).toMatchObject({
      verdict: "refused",
      findings: [{ code: "feed_equivocation" }],
    });
  });

  test("that repeats an imported one under another id and signature is no contradiction", () => {
    world.apply(tree(one));
    const again = feed("globex-again", signedFeed("globex", 1, ["a"], "feed-again"));
    const { plan } = world.plan(tree(one, again));
    expect(plan).toMatchObject({
      findings: [],
      changes: [],
      skipped: [{ name: "globex-again", reason: "superseded" }],
    });
    world.apply(tree(one, again));
    expect(imported()).toEqual(["a"]);
  });

  test("that jumps over the limit is refused; at the limit it passes", () => {
    world.apply(tree(one));
    const at = feed("at", signedFeed("globex", 10_001, ["a"]));
    const over = feed("over", signedFeed("globex", 10_002, ["a"]));
    expect(world.plan(tree(one, at)).plan.verdict).toBe("ready");
    expect(world.plan(tree(one, over)).plan).toMatchObject({
      verdict: "refused",
      findings: [{ code: "sequence_jump" }],
    });
  });

  test("is not imported while its sovereign is suspended", () => {
    const wanted = desired({
      feeds: [one],
      sovereigns: [sovereign("globex", { feed: { url: null, maxAge: null, suspend: true } })],
    });
    world.apply(wanted);
    expect(imported()).toEqual([]);
    expect(world.plan(wanted).plan.skipped).toMatchObject([{ reason: "suspended" }]);
  });

  test("can be undone without a restore: accept false takes back what only it revoked and re-opens the sequence", () => {
    world.apply(tree(one, two));
    const refused = feed("globex-2", two.feed, false);
    const { plan } = world.plan(tree(one, refused));
    expect(plan.changes).toMatchObject([{ action: "reject", risk: "widens" }]);
    expect(plan.findings).toMatchObject([{ code: "feed_rejected_after_import" }]);
    world.apply(tree(one, refused));
    expect(imported()).toEqual(["a"]);
    expect(world.plan(tree(one, refused)).plan.verdict).toBe("no_changes");
    const corrected = feed("globex-2b", signedFeed("globex", 2, ["c"], "feed-corrected"));
    world.apply(tree(one, refused, corrected));
    expect(imported()).toEqual(["a", "c"]);
    expect(world.snapshot.rejectedFeeds).toMatchObject([{ feedId: two.feed.body.feed_id }]);
  });

  test("whose file goes leaves its revocations in force", () => {
    world.apply(tree(one));
    const { plan } = world.plan(tree());
    expect(plan).toMatchObject({
      changes: [{ action: "forget" }],
      findings: [{ code: "feed_removed", level: "info" }],
    });
    world.apply(tree());
    expect(imported()).toEqual(["a"]);
  });
});
