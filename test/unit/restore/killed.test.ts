/** A restore that is killed at any step is finished, or taken back, by whoever comes next. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import type { RestoreStep } from "../../../src/restore/restore.js";
import { readEscrow } from "../../../src/state/log/escrow.js";
import { openState } from "../../../src/state/open.js";
import { pendingPath, readPending, restoredPath } from "../../../src/state/restore/pending.js";
import { expectRefused, Restorable } from "../../helpers/restored.js";
import { expectError } from "../../helpers/state.js";

class Killed extends Error {}

let state: Restorable;
beforeEach(() => {
  state = new Restorable();
  state.sign();
  state.world.back();
  state.world.pass(60);
});

/** Runs up to the step, and puts the note back that only a process which lives on removes. */
async function killAt(step: RestoreStep): Promise<void> {
  const path = pendingPath(state.world.db);
  let note: Buffer | null = null;
  const onStep = (reached: RestoreStep): void => {
    if (reached !== step) return;
    note = existsSync(path) ? readFileSync(path) : null;
    throw new Killed();
  };
  await expect(state.restore({}, { onStep })).rejects.toThrow(Killed);
  if (note !== null) writeFileSync(path, note);
}

const BEFORE: readonly RestoreStep[] = ["verify", "back_up", "build"];

describe.each(BEFORE)("killed at %s", (step) => {
  test("it is taken back by the next writer", async () => {
    const before = state.snapshot();
    await killAt(step);
    state.open().close();
    expect(existsSync(pendingPath(state.world.db))).toBe(false);
    expect(state.snapshot().digest).toBe(before.digest);
    expect(state.events("state_restored")).toEqual([]);
  });

  test("it is begun anew by the same command", async () => {
    await killAt(step);
    const result = await state.restore();
    expect(result.resumed).toBe(true);
    expect(state.events("state_restored")).toHaveLength(1);
  });
});

test("one that had made its backup makes it again, and no other's is replaced", async () => {
  await killAt("build");
  expect(existsSync(state.request.preRestoreBackup)).toBe(true);
  const other = join(state.world.folder, "other.db");
  state.world.back({ output: other });
  await expectRefused(state, "file_exists", { preRestoreBackup: other });
  expect((await state.restore()).preRestoreBackup).toBe(state.request.preRestoreBackup);
});

test("one that the next writer took back is made again too, and that holds for it alone", async () => {
  await killAt("build");
  state.open().close();
  expect((await state.restore()).preRestoreBackup).toBe(state.request.preRestoreBackup);
  // It was finished: what stands there is worth keeping.
  await expectRefused(state, "file_exists");
});

test("one that failed after its backup makes it again", async () => {
  const isFull = new AppError("unwritable_file", "the disk is full");
  const onStep = (reached: RestoreStep): void => {
    if (reached === "build") throw isFull;
  };
  await expect(state.restore({}, { onStep })).rejects.toThrow(isFull);
  expect((await state.restore()).resumed).toBe(false);
});

test("one that was refused leaves nothing beside the state", async () => {
  const before = readdirSync(state.world.dir).toSorted();
  await expectRefused(state, "unreadable_file", { backup: join(state.world.dir, "none.db") });
  expect(readdirSync(state.world.dir).toSorted()).toEqual(before);
});

describe("killed when everything is built", () => {
  const finish: readonly (readonly [string, () => Promise<void>])[] = [
    ["the next writer", async () => state.open().close()],
    ["the same command", async () => void (await state.restore())],
  ];

  test.each(finish)("it is finished by %s", async (_, next) => {
    await killAt("swap");
    await next();
    expectFinished();
  });

  /** As a kill between two renames leaves it. */
  test.each([0, 1, 2])("it is finished where %i of the old files were moved", async (moved) => {
    const { db, dir } = state.world;
    writeFileSync(`${db}-wal`, "of the old state");
    writeFileSync(`${db}-shm`, "of the old state");
    const quarantine = await builtOver(db);
    mkdirSync(join(dir, quarantine), { recursive: true });
    for (const part of ["", "-wal"].slice(0, moved))
      renameSync(db + part, join(dir, quarantine, basename(db) + part));
    if (moved > 0) expectError("restore_pending", () => openState(db));
    state.open().close();
    expect(readdirSync(join(dir, quarantine))).toEqual(
      ["", "-shm", "-wal"].map((part) => basename(db) + part),
    );
    expectFinished();
  });

  test("it is finished where the new file is in place and the escrow does not know", async () => {
    const { db, dir } = state.world;
    await killAt("swap");
    const { quarantine } = readPending(db) ?? { quarantine: "" };
    mkdirSync(join(dir, quarantine));
    renameSync(db, join(dir, quarantine, basename(db)));
    renameSync(restoredPath(db), db);
    state.open().close();
    expectFinished();
  });

  test("another restore is not begun before it", async () => {
    await killAt("swap");
    const backup = join(state.world.folder, "other.db");
    await expectRefused(state, "restore_pending", { backup });
    expectFinished();
  });

  test("a file that somebody put in the way is not lost", async () => {
    const { db, dir } = state.world;
    await killAt("swap");
    const { quarantine } = readPending(db) ?? { quarantine: "" };
    mkdirSync(join(dir, quarantine));
    writeFileSync(join(dir, quarantine, basename(db)), "somebody's");
    expectError("restore_refused", () => state.open());
    expect(readFileSync(join(dir, quarantine, basename(db)), "utf8")).toBe("somebody's");
  });
});

test("a line that a crash left unfinished in the escrow is in no restore's way", async () => {
  const { escrow } = state.request;
  appendFileSync(escrow, readFileSync(escrow).subarray(0, 50));
  await killAt("swap");
  await state.restore();
  expectFinished();
});

test("a note that cannot be read stops every writer", () => {
  writeFileSync(pendingPath(state.world.db), "{}");
  expectError("restore_pending", () => state.open());
});

/** Journals that are no journals of the state: what stands there is damaged, and the backup goes as far as the escrow. */
async function builtOver(db: string): Promise<string> {
  await killAt("swap");
  return readPending(db)?.quarantine ?? "";
}

function expectFinished(): void {
  const { db } = state.world;
  expect(existsSync(pendingPath(db))).toBe(false);
  expect(existsSync(`${db}.restoring`)).toBe(false);
  expect(state.events("state_restored")).toHaveLength(1);
  const size = state.read((reader) => reader.log().head().size);
  expect(readEscrow(state.request.escrow)?.size).toBe(size);
  state.open().close();
}
