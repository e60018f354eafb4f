/** The export has the bytes of the reference's `managed audit-export` for the same rows. */
import { describe, expect, test } from "vitest";
import { exportAudit } from "../../../src/audit/export.js";
import type { EventFilter } from "../../../src/state/audit-events.js";
import { emptyState, openState } from "../../../src/state/open.js";
import { closedState, expectError, withPlainDatabase } from "../../helpers/state.js";

/** As Python's json.dumps(event, sort_keys=True) writes them. */
const STORED = [
  String.raw`{"created_at": "2026-11-23T00:00:00+00:00", "details": {}, "event_id": "e1", "event_type": "plan_applied"}`,
  String.raw`{"created_at": "2026-11-23T00:00:00.000001+00:00", "details": {"Admin_Signature": "s", "nested": [{"X-Nonce": "n", "ok": [1, 1.0, 1e+16, null, true]}, [], {}], "reason": "line\nbreak, \"quoted\": \u00e9\ud83d\ude00", "requestBody": {"a": 1}}, "event_id": "e2", "event_type": "admin_auth_failed", "remote_addr": "x"}`,
  String.raw`{"created_at": "2026-11-24T00:00:00+00:00", "details": {"big": 9007199254740993, "tokens": 3, "\ue000": 2, "\ud83d\ude00": 1}, "event_id": "e3", "event_type": "plan_applied"}`,
];

/** What the reference's export made of these rows. */
const LINES = [
  String.raw`{"created_at": "2026-11-23T00:00:00+00:00", "details": {}, "event_id": "e1", "event_type": "plan_applied"}`,
  String.raw`{"created_at": "2026-11-23T00:00:00.000001+00:00", "details": {"Admin_Signature": "<redacted>", "nested": [{"X-Nonce": "<redacted>", "ok": [1, 1.0, 1e+16, null, true]}, [], {}], "reason": "line\nbreak, \"quoted\": \u00e9\ud83d\ude00", "requestBody": "<redacted>"}, "event_id": "e2", "event_type": "admin_auth_failed", "remote_addr": "x"}`,
  String.raw`{"created_at": "2026-11-24T00:00:00+00:00", "details": {"big": 9007199254740993, "tokens": "<redacted>", "\ue000": 2, "\ud83d\ude00": 1}, "event_id": "e3", "event_type": "plan_applied"}`,
];

const ARRAY = String.raw`[
  {
    "created_at": "2026-11-23T00:00:00+00:00",
    "details": {},
    "event_id": "e1",
    "event_type": "plan_applied"
  },
  {
    "created_at": "2026-11-23T00:00:00.000001+00:00",
    "details": {
      "Admin_Signature": "<redacted>",
      "nested": [
        {
          "X-Nonce": "<redacted>",
          "ok": [
            1,
            1.0,
            1e+16,
            null,
            true
          ]
        },
        [],
        {}
      ],
      "reason": "line\nbreak, \"quoted\": \u00e9\ud83d\ude00",
      "requestBody": "<redacted>"
    },
    "event_id": "e2",
    "event_type": "admin_auth_failed",
    "remote_addr": "x"
  },
  {
    "created_at": "2026-11-24T00:00:00+00:00",
    "details": {
      "big": 9007199254740993,
      "tokens": "<redacted>",
      "\ue000": 2,
      "\ud83d\ude00": 1
    },
    "event_id": "e3",
    "event_type": "plan_applied"
  }
]
`;

/** A state whose events were written out of order, as by several processes. */
function stateWith(stored: readonly string[]): string {
  const path = closedState();
  withPlainDatabase(path, (database) => {
    const insert = database.prepare(
      "INSERT INTO audit_events SELECT value ->> 'event_id', value, value ->> 'created_at' FROM (SELECT ? AS value)",
    );
    for (const json of stored.toReversed()) insert.run(json);
  });
  return path;
}

function exported(path: string, filter: EventFilter, format: "jsonl" | "json"): string {
  const reader = openState(path);
  try {
    return [...exportAudit(reader, filter, format)].join("");
  } finally {
    reader.close();
  }
}

test("JSON Lines, oldest first", () => {
  expect(exported(stateWith(STORED), {}, "jsonl")).toBe(LINES.map((line) => `${line}\n`).join(""));
});

test("one JSON array", () => {
  expect(exported(stateWith(STORED), {}, "json")).toBe(ARRAY);
});

test("no events", () => {
  const reader = emptyState();
  expect([...exportAudit(reader, {}, "jsonl")].join("")).toBe("");
  expect([...exportAudit(reader, {}, "json")].join("")).toBe("[]\n");
});

describe("filters", () => {
  const cases: readonly (readonly [EventFilter, readonly number[]])[] = [
    [{ type: "plan_applied" }, [0, 2]],
    [{ type: "plan" }, []],
    [{ since: "2026-11-23T00:00:00Z" }, [0, 1, 2]],
    [{ since: "2026-11-23T00:00:00.000001Z" }, [1, 2]],
    [{ since: "2026-11-23T01:00:00.000002+01:00" }, [2]],
    [{ until: "2026-11-24T00:00:00Z" }, [0, 1]],
    [{ until: "2026-11-24T00:00:00.000001Z" }, [0, 1, 2]],
    [{ until: "2026-11-23T00:00:00Z" }, []],
    [
      {
        since: "2026-11-23T00:00:00.000001Z",
        until: "2026-11-24T00:00:00Z",
        type: "admin_auth_failed",
      },
      [1],
    ],
  ];

  test.for(cases)("%j", ([filter, indexes]) => {
    const expected = indexes.map((index) => `${LINES[index]}\n`).join("");
    expect(exported(stateWith(STORED), filter, "jsonl")).toBe(expected);
  });

  test.for(["yesterday", "2026-11-23", "2026-11-23T00:00:00"])(
    "a date-time without a zone is refused at once: %s",
    (time) => {
      const reader = emptyState();
      expectError("bad_time", () => exportAudit(reader, { since: time }, "jsonl"));
      expectError("bad_time", () => exportAudit(reader, { until: time }, "json"));
    },
  );
});

test("an event that is not one stops the export and is named", () => {
  const damaged = [
    "{",
    "[]",
    '{"event_id": "e1"}',
    '{"event_id": "x", "event_type": 1, "details": {}, "created_at": "t"}',
  ];
  for (const json of damaged) {
    const path = closedState();
    withPlainDatabase(path, (database) =>
      database.prepare("INSERT INTO audit_events VALUES ('bad', ?, 't')").run(json),
    );
    expect(expectError("state_corrupt", () => exported(path, {}, "jsonl")).message).toContain(
      "audit event bad",
    );
  }
});
