/** A writer that was taken over while it was paused writes nothing more, and does the new one no harm. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import { Child } from "../../helpers/child.js";
import {
  AT,
  batchOf,
  closedState,
  commit,
  expectError,
  scratchPath,
  sovereign,
  treaty,
  withPlainDatabase,
} from "../../helpers/state.js";

const TRUST = { do: "trust", revision: { commit: "new", tree: "new", at: AT } } as const;

/** Holds the state, and at SIGUSR2 tries every way to write, prints what became of each, and closes. */
function holding(path: string): Child {
  return new Child(`
    import { openStateForWriting } from "./src/state/open.js";
    const writer = openStateForWriting(${JSON.stringify(path)}, "concordat serve");
    const expected = writer.snapshot();
    const batch = ${JSON.stringify(batchOf([]))};
    const attempts = {
      commit: () => writer.commit(batch, expected),
      note: () => writer.note([${JSON.stringify(TRUST)}], []),
      cache: () => writer.cacheResources(new Map([["blob", []]])),
    };
    process.on("SIGUSR2", () => {
      for (const [name, attempt] of Object.entries(attempts)) {
        try {
          attempt();
          console.log(name, "written");
        } catch (error) {
          console.log(name, error.code, error.exitCode, error.message);
        }
      }
      writer.close();
      console.log("closed");
      process.exit(0);
    });
    setInterval(() => {}, 1000);
    console.log("holding");
  `);
}

test("a paused holder that wakes after a takeover", async () => {
  const path = closedState();
  const child = holding(path);
  await child.prints("holding");
  child.signal("SIGSTOP");
  // What an operator does who believes that the holder is gone.
  rmSync(`${path}.lock`);
  const writer = openStateForWriting(path, "concordat apply");
  commit(writer, { do: "put_sovereign", sovereign: sovereign("FAR") });
  const before = writer.snapshot();
  const note = readFileSync(`${path}.holder`, "utf8");

  child.signal("SIGUSR2");
  child.signal("SIGCONT");
  for (const way of ["commit", "note", "cache"]) {
    await child.prints(`${way} writer_fenced 5 concordat apply (since `);
  }
  await child.prints("closed");
  expect(await child.ends()).toBe(0);

  expect(writer.snapshot()).toEqual(before);
  expect(writer.trusted()).toMatchObject({ commit: batchOf([]).applied?.commit });
  expect(writer.resources(["blob"]).size).toBe(0);
  expect(readFileSync(`${path}.holder`, "utf8")).toBe(note);
  expect(note).toContain('"command":"concordat apply"');
  expectError("lock_held", () => openStateForWriting(path, "third"));
  commit(writer, { do: "issue_treaty", treaty: treaty("new") });
  withPlainDatabase(path, (database) =>
    expect(database.pragma("journal_mode", { simple: true })).toBe("wal"),
  );
  writer.close();
  expect(existsSync(`${path}.holder`)).toBe(false);
});

test("a paused holder that wakes before a takeover goes on as the writer", async () => {
  const path = closedState();
  const child = holding(path);
  await child.prints("holding");
  child.signal("SIGSTOP");
  child.signal("SIGUSR2");
  child.signal("SIGCONT");
  for (const way of ["commit", "note", "cache"]) await child.prints(`${way} written`);
  expect(await child.ends()).toBe(0);
  expect(openState(path).trusted()).toEqual(TRUST.revision);
});

test("a fenced writer stays so, whoever writes later", () => {
  const path = scratchPath();
  const fenced = openStateForWriting(path, "first");
  rmSync(`${path}.lock`);
  const second = openStateForWriting(path, "second");
  expectError("writer_fenced", () => fenced.note([TRUST], []));
  second.close();
  // As a backup would that was taken before the takeover.
  withPlainDatabase(path, (database) =>
    database.prepare("UPDATE concordat_writer SET epoch = ?").run(fenced.epoch),
  );
  expectError("writer_fenced", () => fenced.note([TRUST], []));
  fenced.close();
  expect(openState(path).trusted()).toBeNull();
});

test("a writer that nobody names any more is fenced", () => {
  const path = scratchPath();
  const writer = openStateForWriting(path, "first");
  withPlainDatabase(path, (database) => database.exec("DELETE FROM concordat_writer"));
  const error = expectError("writer_fenced", () => writer.note([TRUST], []));
  expect(error).toMatchObject({ status: 503, details: { holder: null, since: null } });
  writer.close();
});

test("every writer has a higher epoch than the one before, and a reader none", () => {
  const path = scratchPath();
  const epochOf = (): unknown =>
    withPlainDatabase(path, (database) =>
      database.prepare("SELECT epoch, holder FROM concordat_writer").raw().all(),
    );
  for (const [index, holder] of ["one", "two", "three"].entries()) {
    const writer = openStateForWriting(path, holder);
    expect(writer.epoch).toBe(index + 1);
    expectError("lock_held", () => openStateForWriting(path, "late"));
    writer.close();
    const reader = openState(path);
    reader.snapshot();
    reader.close();
    expect(epochOf()).toEqual([[index + 1, holder]]);
  }
});
