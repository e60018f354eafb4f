/** One writer at a time, across processes, and the lock of a killed one is free at once. */
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import { Child } from "../../helpers/child.js";
import { commit, expectError, scratchPath, sovereign } from "../../helpers/state.js";

function holding(path: string): Child {
  return new Child(`
    import { openStateForWriting } from "./src/state/open.js";
    globalThis.writer = openStateForWriting(${JSON.stringify(path)}, "concordat serve");
    console.log("holding");
    setInterval(() => {}, 1000);
  `);
}

test("a second writer of the same process is told who holds the lock", () => {
  const path = scratchPath();
  const writer = openStateForWriting(path, "concordat apply");
  const error = expectError("lock_held", () => openStateForWriting(path, "concordat serve"));
  expect(error.exitCode).toBe(5);
  expect(error.message).toMatch(
    /^concordat apply \(process \d+ on .+, since \d{4}-.+\+00:00\) is writing na\.db$/,
  );
  expect(error.details).toMatchObject({ pid: process.pid, command: "concordat apply" });
  commit(writer, { do: "put_sovereign", sovereign: sovereign("FAR") });
  writer.close();
});

test("after a clean end the lock is free and the note is gone", () => {
  const path = scratchPath();
  openStateForWriting(path, "first").close();
  expect(existsSync(`${path}.holder`)).toBe(false);
  const second = openStateForWriting(path, "second");
  expect(JSON.parse(readFileSync(`${path}.holder`, "utf8"))).toMatchObject({
    pid: process.pid,
    command: "second",
  });
  second.close();
});

test("a killed holder's lock is free at once, and its note is replaced", async () => {
  const path = scratchPath();
  const child = holding(path);
  await child.prints("holding");
  const error = expectError("lock_held", () => openStateForWriting(path, "test"));
  expect(error.message).toContain("concordat serve (process ");
  openState(path).close();
  await child.kill();
  expect(readFileSync(`${path}.holder`, "utf8")).toContain("concordat serve");
  const writer = openStateForWriting(path, "test");
  expect(readFileSync(`${path}.holder`, "utf8")).toContain('"command":"test"');
  expect(writer.snapshot().generation).toBe(0);
  writer.close();
});

test("the note is not written through a link that somebody planted, and is for its owner", () => {
  const path = scratchPath();
  const precious = join(dirname(path), "precious");
  writeFileSync(precious, "kept");
  for (const name of [`${path}.holder`, `${path}.holder.new`]) symlinkSync(precious, name);
  const writer = openStateForWriting(path, "test");
  expect(readFileSync(precious, "utf8")).toBe("kept");
  expect(statSync(`${path}.holder`).mode & 0o777).toBe(0o600);
  writer.close();
});

test.for(["", "{", '{"pid":"1"}', "[]"])("a note that says %j is no obstacle", (note) => {
  const path = scratchPath();
  const writer = openStateForWriting(path, "test");
  writeFileSync(`${path}.holder`, note);
  const error = expectError("lock_held", () => openStateForWriting(path, "test"));
  expect(error.message).toBe("another process is writing na.db");
  writer.close();
  openStateForWriting(path, "test").close();
});

test("a refused file gives the lock back", () => {
  const path = scratchPath();
  writeFileSync(path, "not a state ".repeat(100));
  expectError("state_foreign", () => openStateForWriting(path, "test"));
  expect(existsSync(`${path}.holder`)).toBe(false);
  expectError("state_foreign", () => openStateForWriting(path, "test"));
});
