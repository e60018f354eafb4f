/** What another program has written to `audit_events` is found, and becomes part of the log once somebody answers for it. */
import { expect, test } from "vitest";
import { verifyDatabase } from "../../../src/audit/verify-database.js";
import type { Verification } from "../../../src/audit/verification.js";
import { openState } from "../../../src/state/open.js";
import type { StateWriter } from "../../../src/state/writer.js";
import { event, logged, openLogged, VKEY } from "../../helpers/logged.js";
import { AT_OFFSET, withPlainDatabase } from "../../helpers/state.js";

const EARLY = "2020-01-01T00:00:00+00:00";

function foreignEvent(id: string, createdAt = EARLY): string {
  return JSON.stringify({ event_id: id, event_type: "x", details: { id }, created_at: createdAt });
}

/** Rows as SQL values: id, text, time. */
function withRows(...rows: readonly (readonly (string | Buffer | null)[])[]): string {
  const path = logged(3);
  withPlainDatabase(path, (database) => {
    const insert = database.prepare("INSERT INTO audit_events VALUES (?, ?, ?)");
    for (const row of rows) insert.run(...row);
  });
  return path;
}

function accept(writer: StateWriter): number {
  let wrapped = 0;
  return writer.acceptForeignRows(
    (found) => ({ ...event(`wrapped ${wrapped++}`, found), event_type: "audit_row_found" }),
    (entries) => ({ ...event("accepted", { ...entries }), event_type: "audit_rows_accepted" }),
  );
}

function verified(path: string): Verification {
  const reader = openState(path);
  try {
    const key = { key: VKEY, from: "given" } as const;
    return verifyDatabase(reader.log(), { key, escrow: null, since: null });
  } finally {
    reader.close();
  }
}

function accepted(path: string): number {
  const writer = openLogged(path);
  try {
    return accept(writer);
  } finally {
    writer.close();
  }
}

test("an event of another program is logged as it is, with who answers for it behind it", () => {
  const path = withRows(["f2", foreignEvent("f2"), EARLY], ["f1", foreignEvent("f1"), EARLY]);
  expect(verified(path).fault).toMatchObject({ fault: "event_unlogged" });
  expect(accepted(path)).toBe(2);
  expect(verified(path)).toMatchObject({ verified: true, size: 6, signed_size: 6 });
  const reader = openState(path);
  expect(Array.from(reader.log().entries(3, 6), ({ eventId }) => eventId)).toEqual([
    "f2",
    "f1",
    "accepted",
  ]);
  expect([...reader.auditEvents({ type: "audit_rows_accepted" })]).toMatchObject([
    { details: { index: 3, count: 2 } },
  ]);
  reader.close();
});

test.each([
  { why: "text that is no JSON", row: ["f", "not \uFFFF JSON", EARLY] },
  { why: "JSON that is no event", row: ["f", "[]", EARLY] },
  { why: "half a character", row: ["f", '{"event_id":"\\ud800"}', EARLY] },
  { why: "no id", row: [null, foreignEvent("f"), EARLY] },
  { why: "bytes for an id", row: [Buffer.of(255, 0), foreignEvent("f"), EARLY] },
  { why: "bytes for a text", row: ["f", Buffer.of(255, 0), EARLY] },
  { why: "another time beside it", row: ["f", foreignEvent("f"), AT_OFFSET] },
  { why: "a reason of 60 KB", row: ["f", foreignEvent("f".repeat(60_000)), EARLY] },
  { why: "names of prototypes", row: ["f", ofPrototypes(), EARLY] },
])("a row with $why keeps no log from being whole again", ({ row }) => {
  const path = withRows(row);
  expect(verified(path).fault).toMatchObject({ fault: "event_unlogged" });
  expect(accepted(path)).toBe(1);
  expect(verified(path)).toMatchObject({ verified: true, size: 5 });
  const reader = openState(path);
  expect([...reader.auditEvents({})]).toHaveLength(5);
  reader.close();
});

test("of a row that holds no event nothing is lost", () => {
  const path = withRows(["the id", "not JSON", "some time"]);
  accepted(path);
  const reader = openState(path);
  expect([...reader.auditEvents({ type: "audit_row_found" })]).toMatchObject([
    { details: { found: "not JSON", found_at: "some time", found_id: "the id" } },
  ]);
  reader.close();
});

test("without such rows nothing is written", () => {
  const path = logged(3);
  expect(accepted(path)).toBe(0);
  expect(verified(path)).toMatchObject({ verified: true, size: 3 });
});

test("rows are told apart by what they hold", () => {
  const path = withRows(["f1", foreignEvent("f1"), EARLY], ["f2", "{}", AT_OFFSET]);
  const reader = openState(path);
  expect([...reader.log().foreignRows()]).toEqual([
    { id: "f1", type: "x", createdAt: EARLY },
    { id: "f2", type: null, createdAt: AT_OFFSET },
  ]);
  reader.close();
});

function ofPrototypes(): string {
  return `{"__proto__":{"a":1},"constructor":1,"created_at":"${EARLY}","details":{"__proto__":"x","constructor":"y","toString":[1.5]},"event_id":"f","event_type":"x"}`;
}
