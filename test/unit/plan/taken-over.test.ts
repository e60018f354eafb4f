/** Rows that another program wrote: their texts and their states are not ours, and mean the same. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sha256 } from "../../../src/protocol/digest.js";
import { documentJson } from "../../../src/protocol/documents.js";
import { desired, feed, signedFeed, sovereign, treaty } from "../../helpers/desired.js";
import { outOfBand } from "../../helpers/out-of-band.js";
import { World } from "../../helpers/world.js";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.close();
});

const tree = desired({ treaties: [treaty("globex", "globex")] });

/** Puts another text of the one treaty in its place, as if it had been taken over so. */
function rewrite(change: (json: string) => string): void {
  world.apply(tree);
  const json = change(world.snapshot.treaties[0]?.json ?? "");
  outOfBand(world, "UPDATE recognition_treaties SET treaty_json = ?", json);
  outOfBand(
    world,
    "UPDATE concordat_inventory SET document_digest = ? WHERE kind = 'RecognitionTreaty'",
    sha256(json),
  );
}

function driftClasses(): readonly string[] {
  return world.plan(tree).plan.drift.map((drift) => drift.class);
}

describe("columns that repeat a text", () => {
  test.each<readonly [string, (json: string) => string]>([
    ["with spaces", (json) => json.replaceAll('":', '" : ')],
    ["with +00:00", (json) => json.replace(/(\d)Z"/g, '$1+00:00"')],
    ["with another offset", (json) => json.replace(/T00:00:00Z"/g, 'T02:00:00+02:00"')],
    ["with escapes", (json) => json.replace('"GLOBEX"', '"\\u0047LOBEX"')],
  ])("agree with it when it is written %s", (_how, change) => {
    rewrite((json) => {
      const changed = change(json);
      expect(changed).not.toBe(json);
      return changed;
    });
    expect(driftClasses()).toEqual([]);
  });

  test.each<readonly [string, (json: string) => string]>([
    ["another subject", (json) => json.replace('"GLOBEX"', '"HOOLI"')],
    [
      "another end",
      (json) => json.replace(/"expires_at":"[^"]*"/, '"expires_at":"2030-01-01T00:00:00Z"'),
    ],
    [
      "an end that is no time",
      (json) => json.replace(/"expires_at":"[^"]*"/, '"expires_at":"soon"'),
    ],
    ["a subject twice", (json) => json.replace("{", '{"subject_sovereign_id" : "HOOLI",')],
    ["no JSON", () => "GLOBEX"],
  ])("do not agree with %s", (_what, change) => {
    rewrite((json) => change(json).replaceAll('":', '" :'));
    expect(driftClasses()).toEqual(["altered"]);
  });
});

describe("an object that was taken over suspended", () => {
  /** As src/adopt/ leaves it: a tombstone that remembers its status. */
  function suspended(): string {
    world.apply(tree);
    const id = world.snapshot.treaties[0]?.id ?? "";
    outOfBand(world, "UPDATE recognition_treaties SET status = 'suspended'");
    outOfBand(
      world,
      "UPDATE concordat_inventory SET name = '#' || object_id, live = 0, spec_json = ? WHERE kind = 'RecognitionTreaty'",
      '{"status":"suspended"}',
    );
    return id;
  }
  const without = desired({ sovereigns: tree.sovereigns });

  test("stays so in silence", () => {
    suspended();
    expect(world.plan(without).plan).toMatchObject({ drift: [], changes: [] });
  });

  test("is revoked when it becomes active", () => {
    const id = suspended();
    outOfBand(world, "UPDATE recognition_treaties SET status = 'active'");
    expect(world.plan(without).plan).toMatchObject({
      drift: [{ class: "reactivated", id, disposition: "revoke" }],
      changes: [{ action: "revoke", id }],
    });
  });

  test("is not what a tombstone of ours is: that one was revoked", () => {
    world.apply(tree);
    world.apply(without);
    outOfBand(world, "UPDATE recognition_treaties SET status = 'suspended'");
    expect(world.plan(without).plan.drift).toMatchObject([{ class: "reactivated" }]);
  });
});

test("a feed that stands in another form is the same feed", () => {
  const signed = signedFeed("globex", 1, ["a"]);
  const wanted = desired({ sovereigns: [sovereign("globex")], feeds: [feed("globex-1", signed)] });
  world.apply(wanted);
  const json = documentJson(signed).replaceAll('":', '": ');
  outOfBand(world, "UPDATE sovereign_revocation_feeds SET feed_json = ?", json);
  expect(world.plan(wanted).plan).toMatchObject({ verdict: "no_changes", skipped: [] });
  const other = documentJson(signed).replace('"a"', '"b"').replaceAll('"a":', '"b":');
  outOfBand(world, "UPDATE sovereign_revocation_feeds SET feed_json = ?", other);
  expect(world.plan(wanted).plan.findings).toMatchObject([{ code: "feed_equivocation" }]);
});
