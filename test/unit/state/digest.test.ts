/** The state digest tells any two states apart, and its form is written down. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { RawRow } from "../../../src/state/connection.js";
import { StateDigest } from "../../../src/state/digest.js";
import { emptyState } from "../../../src/state/open.js";
import { expectError } from "../../helpers/state.js";

type Tables = readonly {
  readonly name: string;
  readonly columns: number;
  readonly rows: readonly RawRow[];
}[];

function digestOf(tables: Tables): string {
  const digest = new StateDigest();
  for (const { name, columns, rows } of tables) digest.addTable(name, columns, rows);
  return digest.finish();
}

/** Texts that look like parts of the form itself. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom("", "n", "i1;", "t1:a", "1:a", "0:"),
);
const value = fc.oneof(text, fc.maxSafeInteger(), fc.constant(null));
const tables = fc.array(
  fc.nat(3).chain((columns) =>
    fc.record({
      name: text,
      columns: fc.constant(columns),
      rows:
        columns === 0
          ? fc.constant([])
          : fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 3 }),
    }),
  ),
  { maxLength: 3 },
);

test("two lists of tables have one digest exactly when they are equal", () => {
  fc.assert(
    fc.property(tables, tables, (left, right) => {
      expect(digestOf(left) === digestOf(right)).toBe(
        JSON.stringify(left) === JSON.stringify(right),
      );
    }),
    { numRuns: 2000 },
  );
});

test("values moved between columns, rows or tables change it", () => {
  const table = (name: string, ...rows: readonly RawRow[]): Tables[number] => ({
    name,
    columns: rows[0]?.length ?? 1,
    rows,
  });
  const variants: readonly Tables[] = [
    [table("a", ["xy", ""])],
    [table("a", ["x", "y"])],
    [table("a", ["", "xy"])],
    [table("a", ["xy"], [""])],
    [table("a", ["xy"]), table("b", [""])],
    [table("a", ["xy", null])],
    [table("a", [1, null])],
    [table("a", ["1", null])],
    [table("a", [null, 1])],
  ];
  expect(new Set(variants.map(digestOf)).size).toBe(variants.length);
});

test("is the SHA-256 of the form that its description gives", () => {
  const digest = digestOf([{ name: "é", columns: 3, rows: [["😀", -12, null]] }]);
  expect(digest).toBe(`sha256:${createHash("sha256").update("t1:éi3;2:😀i-12;n").digest("hex")}`);
});

test("long states are hashed in pieces to the same value", () => {
  const rows = Array.from({ length: 300 }, (_, index): RawRow => [`${index}`.padEnd(1000, "é")]);
  const form = rows.map(([cell]) => `${String(cell).length}:${String(cell)}`).join("");
  expect(digestOf([{ name: "a", columns: 1, rows }])).toBe(
    `sha256:${createHash("sha256").update(`t1:ai1;${form}`).digest("hex")}`,
  );
});

test("the state without rows has a digest that never changes", () => {
  expect(emptyState().snapshot().digest).toBe(
    "sha256:a57721aa81598e740a5423e1512f819770d6fc3781fe5f28d96695a05f7277d0",
  );
});

test("bytes are refused", () => {
  expectError("state_corrupt", () =>
    digestOf([{ name: "a", columns: 1, rows: [[Buffer.from("x")]] }]),
  );
});
