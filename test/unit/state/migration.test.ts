/** A state of an older Concordat becomes one of this one when it is opened for writing, and loses nothing. */
import { chmodSync, copyFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { Connection } from "../../../src/state/connection.js";
import { migrate } from "../../../src/state/migrations/index.js";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import {
  commitLogged,
  CONFIGURE,
  event,
  logged,
  openLogged,
  ORIGIN,
} from "../../helpers/logged.js";
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
  chmodSync(path, 0o600);
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

test("the events of a state without a log become its first entries, oldest first", () => {
  const path = scratchPath();
  const connection = new Connection(path, {});
  migrate(connection, AT_OFFSET, 4);
  connection.close();
  chmodSync(path, 0o600);
  const json = (id: string, at: string): string =>
    JSON.stringify({ event_id: id, event_type: "t", details: { reason: id }, created_at: at });
  const [first, second] = ["2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00"];
  withPlainDatabase(path, (database) => {
    const insert = database.prepare("INSERT INTO audit_events VALUES (?, ?, ?)");
    insert.run("b", json("b", second), second);
    insert.run("a", json("a", first), first);
    insert.run("c", "no event", "2026-01-03T00:00:00+00:00");
    // It could never be found by its time, and no verification would let it pass.
    insert.run("d of another time", json("d", first), second);
  });
  const writer = openLogged(path);
  expect(writer.log().head()).toMatchObject({ size: 2, origin: null, checkpoint: null });
  const entries = [...writer.log().entries(0, 2)];
  expect(entries.map(({ eventId }) => eventId)).toEqual(["a", "b"]);
  expect(entries.map(({ eventJson }) => eventJson)).toEqual([json("a", first), json("b", second)]);
  expect(entries.map(({ salts }) => [...salts.keys()])).toEqual([["reason"], ["reason"]]);
  expect([...writer.log().unlogged()]).toEqual(["d of another time", "c"]);
  // Signed as soon as there is somebody to sign it.
  commitLogged(writer, [event("d")], [CONFIGURE]);
  expect(writer.log().head()).toMatchObject({ size: 3, origin: ORIGIN, checkpointSize: 3 });
  writer.close();
});

test("a state without a log in the place of one that had one is refused", () => {
  const path = logged();
  copyFileSync(version2(), path);
  expect(expectError("log_rolled_back", () => openLogged(path)).message).toMatch("without a log");
  expect(versionOf(path)).toBe(2);
});
