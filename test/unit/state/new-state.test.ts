/** A state that has just been made: its header, its tables, its files. */
import { statSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { emptyState, openStateForWriting } from "../../../src/state/open.js";
import { filesBeside, scratchPath, withPlainDatabase } from "../../helpers/state.js";

test("is recognised by its header, and says which of the reference's migrations it has", () => {
  const path = scratchPath();
  openStateForWriting(path, "test").close();
  withPlainDatabase(path, (database) => {
    expect(database.pragma("application_id", { simple: true })).toBe(0x434e4344);
    expect(database.pragma("user_version", { simple: true })).toBe(5);
    const versions = database.prepare("SELECT version FROM schema_version").pluck().all();
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

test("has the shared tables with the reference's columns", () => {
  const path = scratchPath();
  openStateForWriting(path, "test").close();
  const columns = withPlainDatabase(path, (database) =>
    database
      .prepare(
        `SELECT m.name || '(' || group_concat(c.name || iif(c.pk, ' PK', ''), ', ') || ')'
           FROM sqlite_schema m, pragma_table_info(m.name) c
          WHERE m.type = 'table' AND m.name NOT LIKE 'concordat%' GROUP BY m.name ORDER BY m.name`,
      )
      .pluck()
      .all(),
  );
  expect(columns).toEqual(
    expect.arrayContaining([
      "audit_events(event_id PK, event_json, created_at)",
      "imported_sovereign_revocations(issuer_sovereign_id PK, attestation_id PK, feed_id, sequence, reason, imported_at)",
      "membership_attestations(attestation_id PK, issuer_sovereign_id, subject_id, subject_public_key, roles_json, status, attestation_json, issued_at, valid_from, expires_at, revoked_at, revocation_reason)",
      "nonces(scope PK, nonce PK, created_at)",
      "recognition_policies(policy_id PK, policy_json, active, created_at)",
      "recognition_treaties(treaty_id PK, issuer_sovereign_id, subject_sovereign_id, status, treaty_json, issued_at, valid_from, expires_at, revoked_at, revocation_reason)",
      "revoked_operator_keys(key_id PK, revoked_at, reason, revoked_by)",
      "schema_version(version PK, applied_at)",
      "sovereign_revocation_feeds(feed_id PK, issuer_sovereign_id, sequence, feed_json, imported_at)",
    ]),
  );
});

test("belongs to its owner alone, is in WAL mode while written, and one file at rest", () => {
  const path = scratchPath();
  const writer = openStateForWriting(path, "test");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(filesBeside(path)).toEqual([
    "na.db",
    "na.db-shm",
    "na.db-wal",
    "na.db.holder",
    "na.db.lock",
  ]);
  writer.close();
  expect(filesBeside(path)).toEqual(["na.db", "na.db.lock"]);
  writer.close();
});

test("replaces the draft of a process that died while it made one", () => {
  const path = scratchPath();
  writeFileSync(`${path}.new`, "half a state");
  openStateForWriting(path, "test").close();
  expect(filesBeside(path)).toEqual(["na.db", "na.db.lock"]);
});

test("no state at all reads as an empty one", () => {
  const empty = emptyState();
  expect(empty.snapshot()).toMatchObject({
    generation: 0,
    treaties: [],
    inventory: [],
    applied: null,
    authority: null,
  });
  expect(empty.publishedFeed()).toBeNull();
  expect([...empty.auditEvents({})]).toEqual([]);
  empty.close();
});
