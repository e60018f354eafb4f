import fc from "fast-check";
import { expect, test } from "vitest";
import { KeptRows } from "../../../src/state/kept-rows.js";

type Columns = readonly unknown[];

function keeping(): KeptRows<{ readonly columns: Columns }> {
  return new KeptRows((columns) => ({ columns }));
}

const row = (id: string, text = "as it was"): Columns => ["treaty", id, text];

test("a row that stands as it stood is the same record, whatever comes, goes or changes beside it", () => {
  const rows = keeping();
  const before = rows.records([row("a"), row("b"), row("c"), row("e"), row("f")]);
  const after = rows.records([row("a"), row("b", "otherwise"), row("d"), row("e"), row("f")]);
  expect(after.map((record) => before.indexOf(record))).toEqual([0, -1, -1, 3, 4]);
  expect(after[1]?.columns).toEqual(row("b", "otherwise"));
});

test("what was gone for one look is another record", () => {
  const rows = keeping();
  const [first] = rows.records([row("a")]);
  expect(rows.records([])).toEqual([]);
  const [again] = rows.records([row("a")]);
  expect(again).toEqual(first);
  expect(again).not.toBe(first);
});

test("a row that cannot be read leaves what was kept", () => {
  const rows = new KeptRows((columns: Columns) => {
    if (columns[2] === "broken") throw new Error("broken");
    return { columns };
  });
  const [first] = rows.records([row("a")]);
  expect(() => rows.records([row("a"), row("b", "broken")])).toThrow("broken");
  expect(rows.records([row("a")])[0]).toBe(first);
});

test("records say what the rows say, in their order", () => {
  const value = fc.constantFrom("x", "y", "", null, 0, 1);
  const columns = fc.tuple(value, value, value);
  fc.assert(
    fc.property(fc.array(fc.array(columns, { maxLength: 12 }), { maxLength: 5 }), (looks) => {
      const rows = keeping();
      for (const look of looks)
        expect(rows.records(look).map((record) => record.columns)).toEqual(look);
    }),
  );
});
