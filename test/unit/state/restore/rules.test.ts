import { expect, test } from "vitest";
import { openStateForWriting } from "../../../../src/state/open.js";
import { CARRY_RULES } from "../../../../src/state/restore/rules.js";
import { scratchPath, withPlainDatabase } from "../../../helpers/state.js";

test("every table of the schema has a rule for how it comes through a restore, and no other has one", () => {
  const path = scratchPath();
  openStateForWriting(path, "test").close();
  const tables = withPlainDatabase(path, (database) =>
    database
      .prepare<[], string>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
      )
      .pluck()
      .all(),
  );
  expect(tables.length).toBeGreaterThan(30);
  expect([...CARRY_RULES.keys()].toSorted()).toEqual(tables.toSorted());
});
