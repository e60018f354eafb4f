/** The inventory after a restore: which names are buried, which are free, and which stand. */
import { describe, expect, test } from "vitest";
import type { InventoryEntry } from "../../../../src/model/state.js";
import { mergeInventory, type Fate } from "../../../../src/state/restore/merge-inventory.js";
import { inventoryEntry } from "../../../helpers/state.js";

const entry = (
  name: string,
  objectId: string,
  more: Partial<InventoryEntry> = {},
): InventoryEntry => inventoryEntry(name, { objectId, ...more });

/** Each as "name=id", with a cross where it is not live. */
function merged(
  live: readonly InventoryEntry[],
  backup: readonly InventoryEntry[],
  fates: Readonly<Record<string, Fate>> = {},
): readonly string[] {
  return mergeInventory({ live, backup }, ({ objectId }) => fates[objectId] ?? "stands")
    .map(({ name, objectId, live: isLive }) => `${name}=${objectId}${isLive ? "" : " x"}`)
    .toSorted();
}

const buried = { live: false };

describe("a treaty's name", () => {
  test("whose object stands is as in the live state", () => {
    expect(merged([entry("a", "1")], [entry("a", "1")])).toEqual(["a=1"]);
  });

  test("that was buried since stays so, and so does one that only the backup knows buried", () => {
    expect(merged([entry("a", "1", buried)], [entry("a", "1")])).toEqual(["a=1 x"]);
    expect(merged([], [entry("a", "1", buried)])).toEqual(["a=1 x"]);
  });

  test("whose object was issued since is free, and its id is known for ever", () => {
    expect(merged([entry("a", "1")], [], { "1": "ended" })).toEqual(["a#1=1 x"]);
  });

  test("that was renewed since is free", () => {
    const live = [entry("a", "2"), entry("a#1", "1", buried)];
    const fates = { "1": "succeeded", "2": "ended" } as const;
    expect(merged(live, [entry("a", "1")], fates)).toEqual(["a#1=1 x", "a#2=2 x"]);
  });

  test("that was revoked and issued again since is buried: only a raised reissue brings another", () => {
    const live = [entry("a", "2"), entry("a#1", "1", buried)];
    const fates = { "1": "revoked", "2": "ended" } as const;
    expect(merged(live, [entry("a", "1")], fates)).toEqual(["a#1=1 x", "a#2=2 x", "a=1 x"]);
  });

  test("whose earlier object still stands goes back to it", () => {
    expect(merged([entry("a", "2")], [entry("a", "1")], { "2": "ended" })).toEqual([
      "a#2=2 x",
      "a=1",
    ]);
  });

  test("whose revocation is forgotten is live again, without a tombstone", () => {
    const live = [entry("a", "1", buried), entry("b#2", "2", buried)];
    const backup = [entry("a", "1"), entry("b", "2")];
    const fates = { "1": "forgotten", "2": "forgotten" } as const;
    expect(merged(live, backup, fates)).toEqual(["a=1", "b=2"]);
  });

  test("that the live state has forgotten stands only while its object is trusted", () => {
    expect(merged([], [entry("a", "1")])).toEqual(["a=1"]);
    expect(merged([], [entry("a", "1")], { "1": "revoked" })).toEqual(["a=1 x"]);
  });

  test("that an earlier restore has freed is not buried by a backup from before it", () => {
    const live = [entry("a#1", "1", buried)];
    expect(merged(live, [entry("a", "1")], { "1": "ended" })).toEqual(["a#1=1 x"]);
    expect(merged([], [entry("a", "1")], { "1": "succeeded" })).toEqual(["a#1=1 x"]);
  });
});

describe("a key's name", () => {
  const key = { kind: "OperatorKey" } as const;

  test("goes with the record that is left out, and stays where it is revoked", () => {
    expect(merged([entry("k", "1", key)], [], { "1": "ended" })).toEqual([]);
    expect(merged([entry("k", "1", { ...key, live: false })], [], { "1": "ended" })).toEqual([
      "k=1 x",
    ]);
  });

  test("that only the backup knows is kept when it is a tombstone", () => {
    const backup = [entry("k#1", "1", { ...key, live: false }), entry("k", "2", key)];
    expect(merged([], backup)).toEqual(["k#1=1 x"]);
  });
});
