/** Where a writer works, and with which SQLite. */
import { chmodSync, chownSync, linkSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import { networkFileSystem } from "../../../src/state/place.js";
import { checkSqliteVersion } from "../../../src/state/sqlite-version.js";
import {
  closedState,
  commit,
  expectError,
  filesBeside,
  scratchPath,
  treaty,
  withPlainDatabase,
} from "../../helpers/state.js";

test("a link is another name for the same state and the same lock", () => {
  const path = closedState();
  const link = join(dirname(path), "link.db");
  symlinkSync(path, link);
  const writer = openStateForWriting(link, "through the link");
  expectError("lock_held", () => openStateForWriting(path, "direct"));
  commit(writer, { do: "issue_treaty", treaty: treaty("a") });
  const reader = openState(link);
  expect(reader.snapshot().treaties).toHaveLength(41);
  reader.close();
  writer.close();
});

test("a hard link would have a second lock, and is refused", () => {
  const path = closedState();
  linkSync(path, join(dirname(path), "other.db"));
  expect(
    expectError("state_unreadable", () => openStateForWriting(path, "test")).message,
  ).toContain("hard link");
});

test.for([
  [0o602, "anyone on this machine may write na.db"],
  [0o604, "anyone on this machine may read na.db"],
  [0o644, "anyone on this machine may read na.db"],
] as const)("a file with mode %o is not written, and can be read", ([mode, message]) => {
  const path = closedState();
  chmodSync(path, mode);
  const error = expectError("state_unreadable", () => openStateForWriting(path, "test"));
  expect(error).toMatchObject({ message, hint: `chmod o-rwx ${path}` });
  openState(path).close();
  chmodSync(path, 0o660);
  openStateForWriting(path, "test").close();
});

test("another program's file is called that, whoever may read it", () => {
  const path = scratchPath();
  withPlainDatabase(path, (database) => database.exec("CREATE TABLE theirs (a)"));
  chmodSync(path, 0o644);
  expectError("state_foreign", () => openStateForWriting(path, "test"));
  expect(filesBeside(path)).toEqual(["na.db"]);
});

test("a folder or a file that this user may not write is named, and can be read", ({ skip }) => {
  if (process.geteuid?.() === 0) skip("root may write everything");
  const path = closedState();
  const refusal = (): string =>
    expectError("state_unreadable", () => openStateForWriting(path, "test")).message;
  chmodSync(path, 0o400);
  expect(refusal()).toBe(`this user may not write ${path}`);
  openState(path).close();
  chmodSync(dirname(path), 0o500);
  onTestFinished(() => chmodSync(dirname(path), 0o700));
  expect(refusal()).toBe(`this user may not write ${dirname(path)}`);
  openState(path).close();
});

test("another user's file is not written, and can be read", ({ skip }) => {
  if (process.geteuid?.() !== 0) skip("only root can give a file away");
  const path = closedState();
  chownSync(path, 65_534, 65_534);
  expect(expectError("state_unreadable", () => openStateForWriting(path, "test")).message).toBe(
    "na.db belongs to another user",
  );
  openState(path).close();
});

test("a folder in which anyone may replace files is refused, unless only their own", () => {
  const path = closedState();
  chmodSync(dirname(path), 0o703);
  expect(
    expectError("state_unreadable", () => openStateForWriting(path, "test")).message,
  ).toContain("may replace files");
  chmodSync(dirname(path), 0o1703);
  openStateForWriting(path, "test").close();
});

test("a folder is not taken for a state", () => {
  const path = closedState();
  expect(
    expectError("state_unreadable", () => openStateForWriting(dirname(path), "test")).message,
  ).toMatch(/ is not a file$/);
});

test("network file systems are known by their numbers", () => {
  expect(networkFileSystem(0x6969)).toBe("NFS");
  // CIFS as a signed 32-bit integer.
  expect(networkFileSystem(-0xacb2be)).toBe("CIFS");
  // ext4
  expect(networkFileSystem(0xef53)).toBeNull();
});

test.for(["3.40.1", "3.51.2", "2.99.99", "3.51", "x"])("SQLite %s is too old", (version) => {
  expectError("unsupported_runtime", () => checkSqliteVersion(version));
});

test.for(["3.51.3", "3.52.0", "4.0.0", "3.100.0"])("SQLite %s is new enough", (version) => {
  expect(() => checkSqliteVersion(version)).not.toThrow();
});
