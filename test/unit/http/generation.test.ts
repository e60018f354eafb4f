/** Rows that did not change between two generations stay the same objects, wherever they stand. */
import { expect, test } from "vitest";
import { finish } from "../../../src/connectome/finish.js";
import { readGeneration, type Generation } from "../../../src/http/generation.js";
import type { TreatyRecord } from "../../../src/model/state.js";
import { revocationRow, treatyRow } from "../connectome/snapshots.js";

/** Reads these treaties as new rows, as a database gives them. */
function read(treaties: readonly TreatyRecord[], previous: Generation | null): Generation {
  const rows = {
    generation: 1,
    applied: null,
    authority: null,
    policyJson: null,
    feedJson: null,
    treaties: () => treaties.map((row) => ({ ...row })),
    importedRevocations: () => [revocationRow({ issuer: "A", attestationId: "a" })],
    close: () => {},
  };
  return finish(readGeneration(() => rows, previous));
}

const row = (id: string, more: Partial<TreatyRecord> = {}): TreatyRecord =>
  treatyRow({ id, issuer: "A", subject: "B", ...more });
const ALL = Array.from({ length: 200 }, (_, i) => row(`t${i}`));

test("lists of the same rows are the same lists", () => {
  const before = read(ALL, null);
  const after = read(ALL, before);
  expect(after.treaties).toBe(before.treaties);
  expect(after.importedRevocations).toBe(before.importedRevocations);
});

test.each([
  ["one more", [...ALL, row("new")], ["new"]],
  ["one less", ALL.filter(({ id }) => id !== "t7"), []],
  ["the first gone", ALL.slice(1), []],
  [
    "one changed",
    ALL.map((it) => (it.id === "t7" ? row("t7", { status: "revoked" }) : it)),
    ["t7"],
  ],
  ["one in front", [row("new"), ...ALL], ["new"]],
])("%s leaves the others as they are", (_, rows, changed) => {
  const before = read(ALL, null);
  const after = read(rows, before);
  const known = new Set(before.treaties);
  expect(after.treaties).toEqual(rows);
  expect(after.treaties.filter((it) => !known.has(it)).map(({ id }) => id)).toEqual(changed);
});

test("a row that is not JSON is refused when it comes, and closes the reading", () => {
  expect(() => read([row("t1", { json: "{" })], null)).toThrow(/treaty t1 is not stored as JSON/);
});
