/** A state of an older Concordat becomes one of this one when it is opened for writing, and loses nothing. */
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { Connection } from "../../../src/state/connection.js";
import { migrate } from "../../../src/state/migrations/index.js";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import {
  AT,
  AT_OFFSET,
  commit,
  contentsOf,
  expectError,
  scratchPath,
  sovereign,
  withPlainDatabase,
} from "../../helpers/state.js";

/** With an applied commit, a sovereign and a generation of its own. */
function version2(): string {
  const path = scratchPath();
  const connection = new Connection(path, {});
  migrate(connection, AT_OFFSET, 2);
  connection.close();
  withPlainDatabase(path, (database) => {
    const digest = `sha256:${"e".repeat(64)}`;
    database.exec(`
      INSERT INTO concordat_sovereigns VALUES ('FAR', 'far', '[]', NULL, NULL, NULL, 0);
      INSERT INTO concordat_applied VALUES (1, 'commit', 'tree', '${digest}', '${AT}');
      INSERT INTO audit_events VALUES ('e', '{}', '${AT_OFFSET}');
      UPDATE concordat_meta SET generation = 41;
    `);
  });
  return path;
}

function versionOf(path: string): unknown {
  return withPlainDatabase(path, (database) => database.pragma("user_version", { simple: true }));
}

test("a state of version 2 keeps its rows, its generation and its digest", () => {
  const path = version2();
  const writer = openStateForWriting(path, "test");
  expect(versionOf(path)).toBe(5);
  const snapshot = writer.snapshot();
  expect(snapshot).toMatchObject({
    generation: 41,
    applied: { commit: "commit" },
    sovereigns: [{ sovereignId: "FAR" }],
    feedPolls: [],
  });
  expect(writer.epoch).toBe(1);
  expect(writer.trusted()).toEqual({ commit: "commit", tree: "tree", at: AT });
  expect(writer.openDrift()).toEqual([]);
  expect(writer.status()).toBeNull();
  commit(writer, { do: "put_sovereign", sovereign: sovereign("NEAR") });
  writer.close();
  const reader = openState(path);
  expect(reader.snapshot()).toMatchObject({ generation: 42, sovereigns: [{}, {}] });
  reader.close();

  // The same rows in a state that never was an old one.
  const fresh = scratchPath();
  const other = openStateForWriting(fresh, "test");
  const far = { ...sovereign("FAR"), publicKeys: [] };
  commit(other, { do: "put_sovereign", sovereign: far });
  expect(other.snapshot().digest).toBe(snapshot.digest);
  other.close();
});

test("a reader of a state of version 2 says what to do, and changes nothing", () => {
  const path = version2();
  const before = contentsOf(dirname(path));
  const error = expectError("state_unreadable", () => openState(path));
  expect(error.message).toBe("na.db was made by an older Concordat");
  expect(error.hint).toContain("concordat apply");
  expect(contentsOf(dirname(path))).toEqual(before);
  expect(versionOf(path)).toBe(2);
});
