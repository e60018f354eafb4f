/** Trust comes from the backup, and what was taken away since stays so. */
import { describe, expect, test } from "vitest";
import type { Operation } from "../../../../src/model/state.js";
import type { Merge } from "../../../../src/state/restore/merge.js";
import { changes, restored, statuses } from "../../../helpers/merged.js";
import {
  AT_OFFSET,
  attestation,
  feed,
  inventoryEntry,
  operatorKey,
  treaty,
} from "../../../helpers/state.js";

const issue = (id: string): Operation => ({ do: "issue_treaty", treaty: treaty(id) });
const attest = (id: string): Operation => ({
  do: "issue_attestation",
  attestation: attestation(id),
});
const revoke = (id: string, reason = "left"): Operation => ({
  do: "revoke_treaty",
  id,
  reason,
  at: AT_OFFSET,
});
const record = (...given: Parameters<typeof inventoryEntry>): Operation => ({
  do: "record",
  entry: inventoryEntry(...given),
});

describe("treaties and attestations", () => {
  test("one that was revoked since stays revoked, with its reason", () => {
    const result = restored([issue("t1"), issue("t2")], [revoke("t1", "bad")]);
    expect(statuses(result)).toEqual({ t1: "revoked", t2: "active" });
    expect(result.snapshot.treaties[0]).toMatchObject({ reason: "bad", revokedAt: AT_OFFSET });
    expect(changes(result.built.changes.carried)).toEqual(["t1 since_backup"]);
  });

  test("one that was issued since is revoked, for its document is in other hands", () => {
    const result = restored([issue("t1")], [issue("t2"), attest("a2")]);
    expect(statuses(result)).toEqual({ t1: "active", t2: "revoked", a2: "revoked" });
    expect(result.snapshot.treaties[1]?.reason).toBe("not_in_restored_backup");
    expect(changes(result.built.changes.goes)).toEqual([
      "t2 issued_after_backup",
      "a2 issued_after_backup",
    ]);
  });

  test("one that was issued and revoked since keeps its own reason", () => {
    const result = restored([issue("t1")], [issue("t2"), revoke("t2", "bad")]);
    expect(result.snapshot.treaties[1]).toMatchObject({ status: "revoked", reason: "bad" });
  });

  test("a suspension since is not lifted", () => {
    const sql = "UPDATE recognition_treaties SET status = 'suspended' WHERE treaty_id = 't1'";
    expect(statuses(restored([issue("t1")], [], { sql }))).toEqual({ t1: "suspended" });
  });

  test("a revocation in the backup holds where somebody has made the row active again", () => {
    const sql =
      "UPDATE recognition_treaties SET status = 'active', revoked_at = NULL, revocation_reason = NULL";
    const result = restored([issue("t1"), revoke("t1")], [], { sql });
    expect(statuses(result)).toEqual({ t1: "revoked" });
    expect(changes(result.built.changes.goes)).toEqual(["t1 was_revoked"]);
  });

  test("the log proves a revocation whose row was made active again", () => {
    const result = restored([issue("t1")], [revoke("t1")], {
      sql: `UPDATE recognition_treaties SET status = 'active';
        INSERT INTO audit_events (event_id, event_json, created_at) VALUES ('e1',
          '{"event_id":"e1","event_type":"recognition_treaty_revoked","details":{"treaty_id":"t1"},"created_at":"${AT_OFFSET}"}',
          '${AT_OFFSET}')`,
    });
    expect(statuses(result)).toEqual({ t1: "revoked" });
  });

  test("a tombstone and our own feed prove one too", () => {
    const result = restored(
      [issue("t1"), attest("a1"), attest("a2")],
      [
        record("one#t1", { objectId: "t1", live: false }),
        { do: "publish_feed", feed: feed("HOME", 1, ["a1"]) },
      ],
    );
    expect(statuses(result)).toEqual({ t1: "revoked", a1: "revoked", a2: "active" });
  });

  test("a row that was lost comes back, and one that was altered as it was", () => {
    const sql = `DELETE FROM recognition_treaties WHERE treaty_id = 't1';
      UPDATE recognition_treaties SET treaty_json = '{}' WHERE treaty_id = 't2'`;
    const result = restored([issue("t1"), issue("t2"), issue("t3")], [], { sql });
    expect(statuses(result)).toEqual({ t1: "active", t2: "active", t3: "active" });
    expect(result.snapshot.treaties[1]?.json).not.toBe("{}");
    expect(changes(result.built.changes.comes)).toEqual(["t1 row_restored", "t2 row_restored"]);
  });

  test("only a revocation that is named is forgotten", () => {
    const result = restored([issue("t1"), issue("t2")], [revoke("t1"), revoke("t2")], {
      forgottenIds: ["t1"],
    });
    expect(statuses(result)).toEqual({ t1: "active", t2: "revoked" });
    expect(changes(result.built.changes.forgotten)).toEqual(["t1 asked_for"]);
  });
});

describe("operator keys", () => {
  const put = (keyId: string, more = {}): Operation => ({
    do: "put_operator_key",
    key: operatorKey(keyId, more),
  });
  const revokeKey = (keyId: string): Operation => ({
    do: "revoke_operator_key",
    key: { keyId, revokedAt: AT_OFFSET, reason: "lost", revokedBy: "root" },
  });

  test("trusted is only what both states trust, and what was revoked or retired since is known", () => {
    const { snapshot, built } = restored(
      [put("same"), put("gone"), put("old"), put("lower", { tier: "standard" })],
      [revokeKey("gone"), put("old", { state: "retired" }), put("new"), put("lower")],
    );
    expect(snapshot.operatorKeys.map(({ keyId, tier, state }) => [keyId, tier, state])).toEqual([
      ["gone", "privileged", "active"],
      ["lower", "standard", "active"],
      ["old", "privileged", "retired"],
      ["same", "privileged", "active"],
    ]);
    expect(snapshot.revokedKeys.map(({ keyId }) => keyId)).toEqual(["gone"]);
    expect(changes(built.changes.leftToGit)).toEqual([
      "lower differs_from_backup",
      "new not_in_backup",
    ]);
    expect(changes(built.changes.carried)).toEqual(["gone since_backup", "old since_backup"]);
  });

  test("other bytes under the same id are trusted on neither side", () => {
    const other = operatorKey("other").publicKey;
    const { snapshot } = restored([put("k")], [put("k", { publicKey: other })]);
    expect(snapshot.operatorKeys).toEqual([]);
  });

  test("one whose row was lost comes back as the inventory knows it", () => {
    const { publicKey } = operatorKey("k");
    const spec = JSON.stringify({ public_key: publicKey });
    const entry = { kind: "OperatorKey", objectId: "k", specJson: spec } as const;
    const sql = "DELETE FROM concordat_operator_keys";
    const { snapshot, built } = restored([put("k"), record("k", entry)], [], { sql });
    expect(snapshot.operatorKeys.map(({ keyId }) => keyId)).toEqual(["k"]);
    expect(changes(built.changes.comes)).toEqual(["k row_restored"]);
    // The off case: nobody knows of it any more.
    expect(restored([put("k")], [], { sql }).snapshot.operatorKeys).toEqual([]);
  });
});

test("nothing of the live state can be read: everything comes from the backup", () => {
  const result = restored([issue("t1"), { do: "put_operator_key", key: operatorKey("k") }], [], {
    live: null,
    log: { from: "backup" },
  } as Partial<Merge>);
  expect(statuses(result)).toEqual({ t1: "active" });
  expect(result.snapshot.operatorKeys).toHaveLength(1);
  expect(changes(result.built.changes.comes)).toEqual(["t1 row_restored", "k row_restored"]);
});
