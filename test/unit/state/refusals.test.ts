/** What is not a whole and unaltered state of ours is refused, by a reader and a writer alike, and no byte of it changes. */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { ErrorCode } from "../../../src/errors.js";
import { Connection } from "../../../src/state/connection.js";
import { migrate } from "../../../src/state/migrations/index.js";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import {
  AT_OFFSET,
  closedState,
  commit,
  contentsOf,
  expectError,
  filesBeside,
  scratchPath,
  sovereign,
  withPlainDatabase,
} from "../../helpers/state.js";

const alter =
  (sql: string) =>
  (path: string): void =>
    withPlainDatabase(path, (database) => {
      database.exec(sql);
    });
/** Changes the text of the schema, as a hostile file could. */
const rewriteSchema = (path: string): void =>
  withPlainDatabase(path, (database) => {
    database.unsafeMode(true);
    database.pragma("writable_schema = ON");
    database
      .prepare(
        "UPDATE sqlite_schema SET sql = replace(sql, 'generation + 1', 'generation + 0') WHERE name = ?",
      )
      .run("concordat_inventory_insert");
  });
const foreign =
  (sql: string) =>
  (path: string): void => {
    truncateSync(path, 0);
    alter(sql)(path);
  };

const cases: readonly (readonly [string, ErrorCode, string, (path: string) => void])[] = [
  [
    "another program's database",
    "state_foreign",
    "another program",
    foreign("CREATE TABLE notes (a)"),
  ],
  [
    "the reference's database",
    "state_foreign",
    "another program",
    foreign("CREATE TABLE schema_version (version)"),
  ],
  [
    "another application id",
    "state_foreign",
    "another program",
    alter("PRAGMA application_id = 7"),
  ],
  [
    "an empty database",
    "state_foreign",
    "another program",
    foreign("CREATE TABLE a (b); DROP TABLE a; VACUUM"),
  ],
  [
    "a text file",
    "state_foreign",
    "not a SQLite database",
    (path) => writeFileSync(path, "apiVersion: concordat/v1\n".repeat(99)),
  ],
  [
    "a newer schema of ours",
    "state_newer",
    "schema 6 of Concordat",
    alter("PRAGMA user_version = 6"),
  ],
  [
    "a newer schema of the reference",
    "state_newer",
    "schema 10 of Genesis Mesh",
    alter("INSERT INTO schema_version VALUES (10, '')"),
  ],
  [
    "an extra trigger",
    "state_corrupt",
    "trigger sly was added",
    alter(
      "CREATE TRIGGER sly AFTER INSERT ON audit_events BEGIN DELETE FROM revoked_operator_keys; END",
    ),
  ],
  ["an extra view", "state_corrupt", "view sly was added", alter("CREATE VIEW sly AS SELECT 1")],
  ["an extra table", "state_corrupt", "table sly was added", alter("CREATE TABLE sly (a)")],
  [
    "an extra index",
    "state_corrupt",
    "index sly was added",
    alter("CREATE INDEX sly ON recognition_treaties(issued_at)"),
  ],
  [
    "an extra column",
    "state_corrupt",
    "table recognition_treaties was altered",
    alter("ALTER TABLE recognition_treaties ADD COLUMN sly"),
  ],
  [
    "a missing trigger",
    "state_corrupt",
    "trigger concordat_inventory_insert is missing",
    alter("DROP TRIGGER concordat_inventory_insert"),
  ],
  [
    "an altered trigger",
    "state_corrupt",
    "trigger concordat_inventory_insert was altered",
    rewriteSchema,
  ],
  [
    "a renamed column",
    "state_corrupt",
    "table schema_version was altered",
    alter("ALTER TABLE schema_version RENAME version TO v"),
  ],
  [
    "a missing table",
    "state_corrupt",
    "table schema_version is missing",
    alter("DROP TABLE schema_version"),
  ],
  ["other pages", "state_corrupt", "pages of 512 bytes", alter("PRAGMA page_size = 512; VACUUM")],
  ["no bytes", "state_corrupt", "is empty", (path) => truncateSync(path, 0)],
];

test.for(cases)("%s: %s", ([, code, message, damage]) => {
  const path = closedState();
  damage(path);
  rmSync(`${path}.lock`);
  const before = contentsOf(dirname(path));
  expect(expectError(code, () => openState(path)).message).toContain(message);
  expect(contentsOf(dirname(path))).toEqual(before);
  expect(expectError(code, () => openStateForWriting(path, "test")).message).toContain(message);
  expect(contentsOf(dirname(path))).toEqual(before);
});

test("a directory", () => {
  const path = scratchPath();
  mkdirSync(path);
  expectError("state_unreadable", () => openState(path));
  expectError("state_unreadable", () => openStateForWriting(path, "test"));
});

test("a truncated file", () => {
  const path = closedState();
  truncateSync(path, statSync(path).size - 3 * 4096);
  expectError("state_corrupt", () => openState(path).snapshot());
  expectError("state_corrupt", () => openStateForWriting(path, "test"));
});

test("a damaged page", () => {
  const path = closedState();
  const page = withPlainDatabase(path, (database) =>
    Number(
      database
        .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'recognition_treaties'")
        .pluck()
        .get(),
    ),
  );
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, (page - 1) * 4096, (page - 1) * 4096 + 16));
  expectError("state_corrupt", () => openState(path).snapshot());
  expectError("state_corrupt", () => openStateForWriting(path, "test"));
});

test("a journal that another program left behind", () => {
  const path = closedState();
  const copy = join(dirname(path), "copy.db");
  withPlainDatabase(path, (database) => {
    // A cache of one page makes SQLite write into the file before the transaction ends.
    database.exec(
      "PRAGMA cache_size = 1; BEGIN; UPDATE recognition_treaties SET status = 'revoked'",
    );
    copyFileSync(path, copy);
    copyFileSync(`${path}-journal`, `${copy}-journal`);
    database.exec("ROLLBACK");
  });
  const before = contentsOf(dirname(path));
  for (const open of [() => openState(copy), () => openStateForWriting(copy, "test")]) {
    expect(expectError("state_unreadable", open).hint).toContain("another program died");
  }
  expect(contentsOf(dirname(path))).toEqual(before);
});

test("no state: only a writer makes one, and its folder, but not the folder around that", () => {
  const path = scratchPath();
  expectError("state_missing", () => openState(path));
  expectError("state_missing", () => openState(join(path, "deeper", "na.db")));
  expect(filesBeside(path)).toEqual([]);
  expectError("state_unreadable", () => openStateForWriting(join(path, "deeper", "na.db"), "test"));
  expect(filesBeside(path)).toEqual([]);
  openStateForWriting(join(path, "na.db"), "test").close();
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test("an older schema: a reader says so, a writer brings it up to date", () => {
  const path = scratchPath();
  const connection = new Connection(path, {});
  migrate(connection, AT_OFFSET, 1);
  connection.close();
  chmodSync(path, 0o600);
  expect(expectError("state_unreadable", () => openState(path)).hint).toContain("concordat apply");
  const writer = openStateForWriting(path, "test");
  commit(writer, { do: "put_sovereign", sovereign: sovereign("FAR") });
  writer.close();
  expect(openState(path).snapshot().sovereigns).toHaveLength(1);
});

test("a table that goes while a reader has the file open", () => {
  const path = closedState();
  const reader = openState(path);
  withPlainDatabase(path, (database) => database.exec("DROP TABLE concordat_inventory"));
  expect(expectError("state_corrupt", () => reader.snapshot()).message).toContain("no such table");
  reader.close();
});

test("a row that no Concordat writes", () => {
  const damages = [
    "UPDATE recognition_treaties SET status = 'paused'",
    "UPDATE recognition_treaties SET treaty_json = x'00'",
    "INSERT INTO sovereign_revocation_feeds VALUES ('f', 'FAR', 9007199254740993, '{}', 't')",
    "INSERT INTO sovereign_revocation_feeds VALUES ('f', 'FAR', 'one', '{}', 't')",
    "INSERT INTO concordat_operator_keys VALUES ('k', 'p', 'read', 'h', 'yesterday', NULL, 'active')",
    "INSERT INTO concordat_sovereigns VALUES ('FAR', 'far', '{}', NULL, NULL, NULL, 0)",
    "INSERT INTO concordat_authority VALUES (1, 'n', 's', 'k', 'p', '{}', NULL, '{}')",
    "INSERT INTO concordat_inventory VALUES ('Wish', 'n', 'o', '{}', 0, NULL, 1, 'f', 1, 1, 'b', 'c')",
    "INSERT INTO concordat_inventory VALUES ('Sovereign', 'n', 'o', '{}', 0, 'sha1:00', 1, 'f', 1, 1, 'b', 'c')",
    "UPDATE concordat_applied SET plan_digest = 'none'",
    "INSERT INTO concordat_feed_polls VALUES ('FAR', 'u', NULL, NULL, NULL, 'odd', 'm', '2026-11-23T00:00:00Z', NULL)",
    "INSERT INTO concordat_feed_polls VALUES ('FAR', 'u', NULL, NULL, NULL, 'imported', 'm', 'today', NULL)",
    "DELETE FROM concordat_meta",
    "UPDATE concordat_meta SET committing = 1",
  ];
  for (const sql of damages) {
    const path = closedState();
    withPlainDatabase(path, (database) => database.exec(sql));
    const reader = openState(path);
    expectError("state_corrupt", () => reader.snapshot());
    reader.close();
  }
});
