/** Whoever writes: a change of anything that a plan depends on raises the generation and changes the digest. */
import { describe, expect, test } from "vitest";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import {
  AT_OFFSET,
  batchOf,
  closedState,
  expectError,
  scratchPath,
  treaty,
  withPlainDatabase,
} from "../../helpers/state.js";
import { auditEvent } from "../../../src/audit/events.js";
import { parseTimestamp, toInstant } from "../../../src/protocol/instant.js";

/** For each table: a row, a change of it, and what the row is called. */
const CHANGES: readonly (readonly [table: string, row: string, change: string])[] = [
  [
    "recognition_treaties",
    "'t', 'A', 'B', 'active', '{}', 'i', 'v', 'e', NULL, NULL",
    "status = 'revoked'",
  ],
  [
    "membership_attestations",
    "'a', 'A', 's', NULL, '[]', 'active', '{}', 'i', 'v', 'e', NULL, NULL",
    "attestation_json = '[]'",
  ],
  ["sovereign_revocation_feeds", "'f', 'A', 1, '{}', 't'", "sequence = 2"],
  ["imported_sovereign_revocations", "'A', 'a', 'f', 1, NULL, 't'", "reason = ''"],
  ["recognition_policies", "'p', '{}', 1, 't'", "active = 0"],
  ["revoked_operator_keys", "'k', 't', 'r', 'b'", "reason = 'other'"],
  ["concordat_authority", `1, 'n', 's', 'k', 'p', '{}', NULL, '${policyText()}'`, "endpoint = 'e'"],
  ["concordat_operator_keys", "'k', 'p', 'read', 'h', NULL, NULL, 'active'", "tier = 'privileged'"],
  ["concordat_sovereigns", "'S', 'n', '[]', NULL, NULL, NULL, 0", "feed_suspend = 1"],
  ["concordat_rejected_feeds", "'A', 'f', 1, '{}', 't'", "rejected_at = 'u'"],
  [
    "concordat_inventory",
    "'Sovereign', 'n', 'o', '{}', 0, NULL, 1, 'f', 1, 1, 'b', 'c'",
    "live = 0",
  ],
];

function policyText(): string {
  return JSON.stringify({
    removals: { count: 3, percent: 10 },
    lostPaths: { count: 3, percent: 10 },
    approvals: { reduces: 0, keeps: 0, widens: 0 },
    freeze: [],
    unmanaged: "report",
    selfHeal: "off",
    maxValidity: { treaty: 1, attestation: 1 },
    maxSequenceJump: 1,
  });
}

describe("a change by another program is seen", () => {
  test.for(CHANGES)("in %s", ([table, row, change]) => {
    const path = scratchPath();
    openStateForWriting(path, "test").close();
    const reader = openState(path);
    const digests = new Set([reader.snapshot().digest]);
    const statements = [
      `INSERT INTO ${table} VALUES (${row})`,
      `UPDATE ${table} SET ${change}`,
      `DELETE FROM ${table}`,
    ];
    for (const [index, sql] of statements.entries()) {
      withPlainDatabase(path, (database) => database.exec(sql));
      const { generation, digest } = reader.snapshot();
      expect(generation).toBe(index + 1);
      digests.add(digest);
    }
    // Three states: none, the row, the changed row. An inactive policy is as none.
    expect(digests.size).toBe(table === "recognition_policies" ? 2 : 3);
    reader.close();
  });

  test("in every row of one statement", () => {
    const path = closedState();
    const reader = openState(path);
    const { generation } = reader.snapshot();
    withPlainDatabase(path, (database) =>
      database.exec("UPDATE recognition_treaties SET status = 'revoked'"),
    );
    expect(reader.generation()).toBe(generation + 40);
    reader.close();
  });

  test("while a writer has the state open, and its next commit is refused", () => {
    const path = scratchPath();
    const writer = openStateForWriting(path, "test");
    const planned = writer.snapshot();
    withPlainDatabase(path, (database) =>
      database.exec("INSERT INTO revoked_operator_keys VALUES ('k', 't', 'r', 'b')"),
    );
    expectError("stale_plan", () =>
      writer.commit(batchOf([{ do: "issue_treaty", treaty: treaty("a") }]), planned),
    );
    expect(writer.snapshot().treaties).toEqual([]);
    expect(writer.snapshot().revokedKeys).toHaveLength(1);
    writer.close();
  });
});

test("what no plan depends on leaves generation and digest alone", () => {
  const path = closedState();
  const reader = openState(path);
  const { generation, digest } = reader.snapshot();
  withPlainDatabase(path, (database) => {
    database.exec(
      "INSERT INTO audit_events VALUES ('e', '{}', 't'); INSERT INTO nonces VALUES ('s', 'n', 't')",
    );
    database.exec("INSERT INTO concordat_published_feeds VALUES (1, 'f', '{}')");
    database.exec("INSERT INTO concordat_resources VALUES ('b', 1, '[]')");
    database.exec("INSERT INTO concordat_trusted VALUES (1, 'c', 't', 'a') ON CONFLICT DO NOTHING");
    database.exec("INSERT INTO concordat_suspension VALUES (1, 'r', 'b', 's', NULL)");
    database.exec("INSERT INTO concordat_drift VALUES ('c', 'k', 'i', NULL, 'd', 'm', 's')");
    database.exec(
      "INSERT INTO concordat_feed_evidence VALUES ('i', 'd', 'f', '1', '{}', 'r', 'a')",
    );
    database.exec("INSERT INTO concordat_status VALUES (1, '{}')");
    database.exec("UPDATE concordat_writer SET epoch = epoch + 1");
    database.exec("UPDATE concordat_applied SET commit_id = 'other'");
  });
  expect(reader.snapshot()).toMatchObject({ generation, digest, applied: { commit: "other" } });
  reader.close();
});

test("an event written by a commit is the one that was given", () => {
  const path = scratchPath();
  const writer = openStateForWriting(path, "test");
  const event = auditEvent(
    "plan_applied",
    { n: 1 },
    toInstant(parseTimestamp(AT_OFFSET)),
    new Uint8Array(16),
  );
  writer.commit(batchOf([], [event]), writer.snapshot());
  const stored = withPlainDatabase(path, (database) =>
    database.prepare("SELECT * FROM audit_events").all(),
  );
  expect(stored).toEqual([
    {
      event_id: "00000000-0000-4000-8000-000000000000",
      event_json: `{"created_at":"${AT_OFFSET}","details":{"n":1},"event_id":"00000000-0000-4000-8000-000000000000","event_type":"plan_applied"}`,
      created_at: AT_OFFSET,
    },
  ]);
  writer.close();
});
