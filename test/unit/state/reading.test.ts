/** A reader leaves no trace, and sees what others write. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import {
  closedState,
  commit,
  contentsOf,
  filesBeside,
  scratchPath,
  treaty,
  withPlainDatabase,
} from "../../helpers/state.js";

const readAll = (path: string): number => {
  const reader = openState(path);
  const { treaties } = reader.snapshot();
  expect([...reader.auditEvents({})]).toEqual([]);
  reader.close();
  return treaties.length;
};

test("on a state at rest", () => {
  const path = closedState();
  const before = contentsOf(dirname(path));
  const reader = openState(path);
  expect(reader.snapshot().treaties).toHaveLength(40);
  expect(contentsOf(dirname(path))).toEqual(before);
  reader.close();
  expect(contentsOf(dirname(path))).toEqual(before);
});

test("on a state that another program left in WAL mode, and it follows later changes", () => {
  const path = closedState();
  withPlainDatabase(path, (database) => database.pragma("journal_mode = WAL"));
  const before = contentsOf(dirname(path));
  const reader = openState(path);
  expect(reader.snapshot().treaties).toHaveLength(40);
  expect(contentsOf(dirname(path))).toEqual(before);
  const generation = reader.generation();
  withPlainDatabase(path, (database) =>
    database.exec("DELETE FROM recognition_treaties WHERE treaty_id = 't7'"),
  );
  expect(reader.generation()).toBe(generation + 1);
  expect(reader.snapshot().treaties).toHaveLength(39);
  const writer = openStateForWriting(path, "test");
  commit(writer, { do: "issue_treaty", treaty: treaty("new") });
  expect(reader.snapshot().treaties).toHaveLength(40);
  writer.close();
  reader.close();
});

test("on a state that is being written", () => {
  const path = scratchPath();
  const writer = openStateForWriting(path, "test");
  commit(writer, { do: "issue_treaty", treaty: treaty("a") });
  const database = readFileSync(path);
  expect(readAll(path)).toBe(1);
  expect(readFileSync(path)).toEqual(database);
  expect(filesBeside(path)).toEqual([
    "na.db",
    "na.db-shm",
    "na.db-wal",
    "na.db.holder",
    "na.db.lock",
  ]);
  writer.close();
});

test("and sees a writer that comes and goes, whoever closes first", () => {
  const path = closedState();
  const reader = openState(path);
  const generation = reader.generation();
  const writer = openStateForWriting(path, "test");
  commit(writer, { do: "issue_treaty", treaty: treaty("a") });
  expect(reader.generation()).toBe(generation + 1);
  writer.close();
  expect(reader.snapshot().treaties).toHaveLength(41);
  const second = openStateForWriting(path, "test");
  commit(second, { do: "issue_treaty", treaty: treaty("b") });
  expect(reader.snapshot().treaties).toHaveLength(42);
  reader.close();
  second.close();
  expect(filesBeside(path)).toEqual(["na.db", "na.db.lock"]);
  expect(readAll(path)).toBe(42);
});
