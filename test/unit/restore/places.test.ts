/** Where a restore finds things, and where it puts them: nothing that is kept there is lost, and a look leaves no trace. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import { MANIFEST_SUFFIX } from "../../../src/backup/manifest.js";
import { signCheckpoint } from "../../../src/protocol/log/checkpoint.js";
import { vkeyOf } from "../../../src/protocol/log/vkey.js";
import type { RestoreStep } from "../../../src/restore/restore.js";
import { replaceEscrow } from "../../../src/state/log/escrow-file.js";
import { pendingPath, restoredPath, workFolder } from "../../../src/state/restore/pending.js";
import { keyOf } from "../../helpers/keys.js";
import { expectRefused, OPERATOR, Restorable } from "../../helpers/restored.js";
import { withPlainDatabase } from "../../helpers/state.js";

let state: Restorable;
beforeEach(() => {
  state = new Restorable();
  state.sign();
  state.world.back();
  state.world.pass(60);
});

class Killed extends Error {}

/** Ends like a kill at the step: the note stays. */
async function killAt(step: RestoreStep, given: Parameters<Restorable["restore"]>[0] = {}) {
  const path = pendingPath(state.world.db);
  let note: Buffer | null = null;
  const onStep = (reached: RestoreStep): void => {
    if (reached !== step) return;
    note = readFileSync(path);
    throw new Killed();
  };
  await expect(state.restore(given, { onStep })).rejects.toThrow(Killed);
  if (note !== null) writeFileSync(path, note);
}

describe("a backup that stands where this one should be kept", () => {
  let precious: string;
  beforeEach(() => {
    precious = join(state.world.folder, "precious.db");
    state.world.back({ output: precious });
  });

  test("is not replaced by the run after one that was killed before it had made any", async () => {
    const bytes = readFileSync(precious);
    const given = { preRestoreBackup: precious };
    await expectRefused(state, "file_exists", given);
    // Refused before the note that a next run would go by.
    expect(state.steps).toEqual([]);
    await expectRefused(state, "file_exists", given);
    expect(readFileSync(precious).equals(bytes)).toBe(true);
  });

  test("is not the one to restore either", async () => {
    const backup = state.world.file;
    const bytes = readFileSync(backup);
    await expectRefused(state, "usage", { preRestoreBackup: backup });
    await expectRefused(state, "usage", {
      preRestoreBackup: join(state.world.folder, "..", basename(state.world.folder), "one.db"),
    });
    expect(readFileSync(backup).equals(bytes)).toBe(true);
  });
});

describe("the folder that a restore works in", () => {
  test("is no place for a backup: what an earlier run left there is removed", async () => {
    const work = workFolder(state.world.db);
    mkdirSync(work);
    const inside = join(work, "backup");
    for (const part of ["", MANIFEST_SUFFIX]) copyFileSync(state.world.file + part, inside + part);
    await expectRefused(state, "restore_refused", { backup: inside });
    expect(existsSync(inside)).toBe(true);
    await expectRefused(state, "restore_refused", { preRestoreBackup: join(work, "before.db") });
    await state.restore();
    expect(existsSync(work)).toBe(false);
  });
});

describe("what stands at the state's place and is no SQLite file", () => {
  const spoils: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ["a destroyed header", (bytes) => Buffer.from(bytes.fill(0xa5, 0, 100))],
    ["zeros", (bytes) => Buffer.alloc(bytes.length)],
    ["text", () => Buffer.from("moved to the other disk\n")],
    ["a few bytes of it", (bytes) => bytes.subarray(0, 17)],
    ["its first half", (bytes) => bytes.subarray(0, bytes.length / 2)],
    ["nothing", () => Buffer.alloc(0)],
    ["another mark of its program", (bytes) => Buffer.from(bytes.fill(0x11, 68, 72))],
  ];

  test.each(spoils)("%s: it goes into the quarantine as it is", async (_, spoil) => {
    const { db } = state.world;
    const spoilt = spoil(readFileSync(db));
    writeFileSync(db, spoilt);
    const plan = await state.plan();
    expect(plan.live.found).toBe("damaged");
    const result = await state.restore();
    expect(result.plan?.live.found).toBe("damaged");
    expect(result.preRestoreBackup).toBeNull();
    const kept = readFileSync(join(result.quarantine ?? "", basename(db)));
    expect(kept.equals(spoilt)).toBe(true);
    expect(state.snapshot().treaties).toHaveLength(2);
    state.open().close();
  });

  test("another program's database stays where it is", async () => {
    const { db } = state.world;
    rmSync(db);
    withPlainDatabase(db, (database) => database.exec("CREATE TABLE theirs (a)"));
    await expectRefused(state, "state_foreign");
  });
});

describe("a plan", () => {
  test("makes no folder where there is none", async () => {
    const db = join(state.world.dir, "elsewhere", "na.db");
    const plan = await state.plan({ db });
    expect(plan.live.found).toBe("missing");
    expect(existsSync(dirname(db))).toBe(false);
  });

  test("is not made while a restore waits to be finished: the state is between two files", async () => {
    const { db, dir } = state.world;
    await killAt("swap");
    renameSync(db, join(dir, "moved"));
    const before = readdirSync(dir);
    await expect(state.plan()).rejects.toMatchObject({ code: "restore_pending" });
    expect(readdirSync(dir)).toEqual(before);
    renameSync(join(dir, "moved"), db);
    await state.restore();
  });
});

test("a file that cannot be moved into the quarantine is named, and the next run goes on", async () => {
  const { db } = state.world;
  await killAt("swap");
  // A name of a file where a folder should be.
  const { quarantine } = JSON.parse(readFileSync(pendingPath(db), "utf8")) as {
    readonly quarantine: string;
  };
  const blocked = join(dirname(db), quarantine);
  writeFileSync(blocked, "");
  await expectRefused(state, "unwritable_file");
  expect(existsSync(restoredPath(db))).toBe(true);
  rmSync(blocked);
  const result = await state.restore();
  expect(result.resumed).toBe(true);
});

test("another authority's escrow is not taken for ours, and never overwritten", async () => {
  const escrow = join(state.world.dir, "other.escrow");
  const root = new Uint8Array(32);
  const key = keyOf("other authority");
  const checkpoint = signCheckpoint({ size: 3, root }, "OTHER/audit", key);
  replaceEscrow(escrow, { checkpoint, vkey: vkeyOf("OTHER/audit", key.publicKey) });
  const bytes = readFileSync(escrow);
  const lost = { acceptLostLog: true, reason: "INC-9: the disk is gone" };
  const error = await expectRefused(
    state,
    "restore_refused",
    { escrow, ...lost },
    { operatorKey: OPERATOR },
  );
  expect(error.hint).toContain("logEscrow");
  expect(readFileSync(escrow).equals(bytes)).toBe(true);
});

describe("a full disk", () => {
  const full: readonly (readonly [string, Error])[] = [
    ["a copy of the backup", Object.assign(new Error("no space left"), { code: "ENOSPC" })],
    [
      "what hides behind another code",
      new AppError("unreadable_file", "the backup cannot be read", {
        cause: Object.assign(new Error("no space left"), { code: "EDQUOT" }),
      }),
    ],
    [
      "what SQLite writes",
      new AppError("state_unreadable", "restored cannot be used", {
        details: { sqlite: "SQLITE_FULL" },
      }),
    ],
  ];

  test.each(full)("is told as one, by the folder that it is: %s", async (_, cause) => {
    const { dir, db } = state.world;
    const before = [readdirSync(dir), readFileSync(db, "hex")];
    const verify = async (): Promise<never> => await Promise.reject(cause);
    const error = await expectRefused(state, "unwritable_file", {}, { verify });
    expect(error.message).toBe(`there is no room in ${dir} for a restore`);
    expect([readdirSync(dir), readFileSync(db, "hex")]).toEqual(before);
    await expect(state.plan({}, { verify })).rejects.toMatchObject({ code: "unwritable_file" });
  });

  test("is not what every other fault is", async () => {
    const verify = async (): Promise<never> =>
      await Promise.reject(new AppError("bad_backup", "no", { cause: new Error("no") }));
    await expectRefused(state, "bad_backup", {}, { verify });
  });
});
