/** Settings that hold, and writes that exist only inside a transaction. */
import { expect, test } from "vitest";
import { Connection, type Transaction } from "../../../src/state/connection.js";
import { applyPragmas, CAREFUL, checkDurable, enterWal } from "../../../src/state/pragmas.js";
import { expectError, scratchPath } from "../../helpers/state.js";

function withConnection(use: (connection: Connection) => void): void {
  const connection = new Connection(scratchPath(), {});
  try {
    use(connection);
  } finally {
    connection.close();
  }
}

test("FULL stays in force after the first write, which the driver's own default does not", () => {
  withConnection((connection) => {
    enterWal(connection);
    connection.immediate((transaction) => transaction.script("CREATE TABLE a (b)"));
    expect(connection.pragma("synchronous")).toBe(2);
    expect(connection.pragma("journal_mode")).toBe("wal");
    checkDurable(connection);
  });
  withConnection((connection) => {
    connection.pragma("journal_mode = WAL");
    connection.immediate((transaction) => transaction.script("CREATE TABLE a (b)"));
    expect(connection.pragma("synchronous")).toBe(1);
    expectError("state_unreadable", () => checkDurable(connection));
  });
});

test("a setting that does not take is noticed", () => {
  withConnection((connection) => {
    const error = expectError("state_unreadable", () =>
      applyPragmas(connection, { journal_mode: "off" }),
    );
    expect(error.message).toContain("journal_mode is delete, not off");
    expectError("state_unreadable", () => applyPragmas(connection, { no_such_setting: 1 }));
  });
});

test("a careful connection trusts no schema and maps no page", () => {
  withConnection((connection) => {
    applyPragmas(connection, CAREFUL);
    const inForce = Object.keys(CAREFUL).map((name) => [name, connection.pragma(name)]);
    expect(Object.fromEntries(inForce)).toEqual({
      trusted_schema: 0,
      cell_size_check: 1,
      mmap_size: 0,
      foreign_keys: 1,
      busy_timeout: 5000,
    });
  });
});

test("a transaction that was kept cannot write", () => {
  withConnection((connection) => {
    const kept: Transaction[] = [];
    connection.immediate((transaction) => {
      transaction.script("CREATE TABLE a (b)");
      kept.push(transaction);
    });
    expectError("internal", () => kept[0]?.run("INSERT INTO a VALUES (1)"));
    expectError("internal", () => kept[0]?.script("DROP TABLE a"));
    expect(connection.rows("SELECT * FROM a")).toEqual([]);
  });
});

test("rows can be taken one by one while others are asked for", () => {
  withConnection((connection) => {
    const numbers =
      "WITH n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 3) SELECT x FROM n";
    const seen: unknown[] = [];
    for (const [x] of connection.iterate(numbers)) seen.push(x, connection.rows(numbers).length);
    expect(seen).toEqual([1, 3, 2, 3, 3, 3]);
  });
});

test("a writer that waits too long is told that another program writes", () => {
  const path = scratchPath();
  const first = new Connection(path, { timeout: 0 });
  const second = new Connection(path, { timeout: 0 });
  first.immediate((transaction) => {
    transaction.script("CREATE TABLE a (b)");
    expectError("lock_held", () => second.immediate(() => {}));
  });
  expect(second.value("SELECT COUNT(*) FROM a")).toBe(0);
  first.close();
  second.close();
});
