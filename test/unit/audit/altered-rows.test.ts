/** Whoever writes to the rows of a state beside its log is named by the first entry that is not as it was. */
import { expect, test } from "vitest";
import { verifyDatabase } from "../../../src/audit/verify-database.js";
import type { LogFault } from "../../../src/audit/verification.js";
import { openState } from "../../../src/state/open.js";
import { keyOf } from "../../helpers/keys.js";
import { logged } from "../../helpers/logged.js";
import { withPlainDatabase } from "../../helpers/state.js";

const ENTRIES = 5;
const ROW = "(SELECT event_id FROM concordat_log_leaves WHERE seq = 2)";

function faultAfter(sql: string): LogFault | null {
  const path = logged(ENTRIES);
  withPlainDatabase(path, (database) => database.exec(sql));
  const state = openState(path);
  try {
    const key = { key: keyOf("home").publicKey, from: "state" } as const;
    return verifyDatabase(state.log(), { key, escrow: null, since: null }).fault;
  } finally {
    state.close();
  }
}

test("rows that nobody has touched hold", () => {
  expect(faultAfter("SELECT 1")).toBeNull();
});

test.for([
  [
    "edited",
    `UPDATE audit_events SET event_json = replace(event_json, 'plan_', 'plot_') WHERE event_id = ${ROW}`,
    "event_altered",
    2,
  ],
  [
    "dated otherwise",
    `UPDATE audit_events SET created_at = '2025-01-01T00:00:00+00:00' WHERE event_id = ${ROW}`,
    "event_altered",
    2,
  ],
  ["deleted", `DELETE FROM audit_events WHERE event_id = ${ROW}`, "event_missing", 2],
  [
    "swapped",
    `CREATE TEMP TABLE kept AS SELECT seq, event_json FROM audit_events JOIN concordat_log_leaves USING (event_id);
     UPDATE audit_events SET event_json = (SELECT event_json FROM kept WHERE kept.seq = 5 -
       (SELECT seq FROM concordat_log_leaves WHERE concordat_log_leaves.event_id = audit_events.event_id))
       WHERE event_id IN (SELECT event_id FROM concordat_log_leaves WHERE seq IN (2, 3))`,
    "event_swapped",
    2,
  ],
  [
    "inserted",
    `INSERT INTO audit_events SELECT 'other', event_json, created_at FROM audit_events WHERE event_id = ${ROW}`,
    "event_unlogged",
    null,
  ],
] as const)("a row that was %s is found", ([, sql, fault, index]) => {
  expect(faultAfter(sql)).toMatchObject({ fault, index });
});
