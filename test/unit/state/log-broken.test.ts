/** What another program does to the log is found when the state is opened. */
import type Database from "better-sqlite3";
import { expect, test } from "vitest";
import { expectRefusedBoth, logged } from "../../helpers/logged.js";
import { withPlainDatabase } from "../../helpers/state.js";

/** As somebody would who can write the file: the triggers are dropped first, and made again word for word. */
function withoutTriggers(path: string, use: (database: Database.Database) => void): void {
  withPlainDatabase(path, (database) => {
    const triggers = database
      .prepare<[], { name: string; sql: string }>(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'concordat_log%'",
      )
      .all();
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
    use(database);
    for (const { sql } of triggers) database.exec(sql);
  });
}

/** A change that a program other than ours makes to the file, with the triggers out of its way. */
const EDITS: Readonly<Record<string, string>> = {
  "an entry is changed": "UPDATE concordat_log_leaves SET leaf = x'7b7d' WHERE seq = 1",
  "an entry is removed": "DELETE FROM concordat_log_leaves WHERE seq = 1",
  "the last entry is removed": "DELETE FROM concordat_log_leaves WHERE seq = 2",
  "an entry is added": "INSERT INTO concordat_log_leaves VALUES (3, 'x', x'7b7d')",
  "two entries are swapped": `UPDATE concordat_log_leaves SET seq = 9 WHERE seq = 0;
    UPDATE concordat_log_leaves SET seq = 0 WHERE seq = 1; UPDATE concordat_log_leaves SET seq = 1 WHERE seq = 9`,
  "a hash is changed": "UPDATE concordat_log_nodes SET hash = zeroblob(32) WHERE pos = 2",
  "a hash is removed": "DELETE FROM concordat_log_nodes WHERE pos = 3",
  "a hash is added": "INSERT INTO concordat_log_nodes VALUES (9, zeroblob(32))",
  "the root is changed": "UPDATE concordat_log_head SET root = zeroblob(32)",
  "the size is changed": "UPDATE concordat_log_head SET size = 2",
  "the checkpoint is of another size": "UPDATE concordat_log_head SET checkpoint_size = 2",
  "the origin is changed": "UPDATE concordat_log_head SET origin = 'OTHER/audit'",
  "the head is gone": "DELETE FROM concordat_log_head",
};

for (const [what, sql] of Object.entries(EDITS)) {
  test(`the log is broken when ${what}`, () => {
    const path = logged();
    withoutTriggers(path, (database) => database.exec(sql));
    expectRefusedBoth("log_broken", path);
  });
}

test("a tail that was cut off with its hashes and its head is found by the escrow", () => {
  const path = logged();
  const head = logged(2);
  const [row] = withPlainDatabase(head, (database) =>
    database.prepare("SELECT * FROM concordat_log_head").raw().all(),
  );
  withoutTriggers(path, (database) => {
    database.exec("DELETE FROM concordat_log_leaves WHERE seq = 2");
    database.exec("DELETE FROM concordat_log_nodes WHERE pos >= 3");
    database
      .prepare("REPLACE INTO concordat_log_head VALUES (?, ?, ?, ?, ?, ?, ?)")
      .run(...(row as unknown[]));
  });
  expectRefusedBoth("log_rolled_back", path);
});

test("triggers refuse to change or remove an entry or a hash", () => {
  const path = logged();
  withPlainDatabase(path, (database) => {
    for (const sql of [
      "UPDATE concordat_log_leaves SET leaf = x'00'",
      "DELETE FROM concordat_log_leaves",
      "UPDATE concordat_log_nodes SET hash = zeroblob(32)",
      "DELETE FROM concordat_log_nodes",
    ])
      expect(() => database.exec(sql)).toThrow("only ever appended to");
  });
  withPlainDatabase(path, (database) => database.exec("DROP TRIGGER concordat_log_nodes_delete"));
  expectRefusedBoth("state_corrupt", path);
});
