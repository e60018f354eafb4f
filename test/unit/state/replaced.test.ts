/** A file that was moved away or replaced under its writer: nothing is acknowledged that is lost with the process. */
import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { openStateForWriting } from "../../../src/state/open.js";
import { batchOf, closedState, expectError } from "../../helpers/state.js";

const AWAY: Readonly<Record<string, (path: string) => void>> = {
  removed: (path) => rmSync(path),
  moved: (path) => renameSync(path, `${path}.away`),
  replaced: (path) => {
    copyFileSync(path, `${path}.backup`);
    renameSync(`${path}.backup`, path);
  },
};

test.each(Object.keys(AWAY))("a state that was %s is written no more", (how) => {
  const path = closedState();
  const writer = openStateForWriting(path, "test");
  const { generation } = writer.snapshot();
  AWAY[how]?.(path);
  expectError("state_unreadable", () => writer.generation());
  expectError("state_unreadable", () => writer.commit(batchOf([]), { generation }));
  expectError("state_unreadable", () => writer.note([], []));
  writer.close();
  expect(existsSync(path)).toBe(how === "replaced");
  openStateForWriting(path, "test").close();
});
