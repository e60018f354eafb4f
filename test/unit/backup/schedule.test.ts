/** The schedule makes a backup when one is due, tries again after a failure, and says how it went. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readFolder } from "../../../src/backup/folder.js";
import { scheduledName } from "../../../src/backup/names.js";
import { BackupSchedule } from "../../../src/backup/schedule.js";
import { runDue, type ScheduleOptions } from "../../../src/backup/scheduled.js";
import type { verifyBackup } from "../../../src/backup/verify.js";
import { AppError } from "../../../src/errors.js";
import type { BackupEvent, ScheduledBackup } from "../../../src/model/backup.js";
import type { Instant } from "../../../src/model/time.js";
import { plusSeconds } from "../../../src/protocol/instant.js";
import { vkeyOf } from "../../../src/protocol/log/vkey.js";
import { openStateForWriting } from "../../../src/state/open.js";
import { BackedUp, OUR_KEY } from "../../helpers/backup.js";
import { OWN } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { expectError } from "../../helpers/state.js";
import { TestClock } from "../../helpers/test-clock.js";

let world: BackedUp;
beforeEach(() => {
  world = new BackedUp();
});
afterEach(() => {
  world.close();
});

const DAY = 86_400;

function due(
  given: Partial<ScheduleOptions> = {},
  ...verify: readonly [verify?: typeof verifyBackup]
): ScheduledBackup {
  const options = {
    settings: { dir: world.folder, every: DAY, keep: 2, keepMonthly: 0 },
    db: world.db,
    signer: () => OUR_KEY,
    now: world.now,
    escrow: `${world.db}.escrow`,
    holder: "test",
    ...given,
  };
  return runDue(options, ...verify);
}

const backups = (): readonly string[] =>
  readdirSync(world.folder).filter((name) => name.endsWith(".db"));

describe("one look", () => {
  test("makes the first at once, the next when it is due, and drops the oldest", () => {
    const first = due();
    expect(first).toMatchObject({ removed: [], next: plusSeconds(world.now, DAY) });
    expect(first.made?.manifest.sovereign_id).toBe(OWN);
    world.pass(DAY - 1);
    const refuse = (): never => expect.fail("the key is asked for only when one is due");
    expect(due({ signer: refuse })).toMatchObject({ made: null, newest: first.newest });
    world.pass(1);
    due();
    world.pass(DAY);
    expect(due().removed).toEqual([first.newest?.file.slice(world.folder.length + 1)]);
    expect(backups()).toHaveLength(2);
  });

  test("is not put off by a backup from the future", () => {
    due({ now: plusSeconds(world.now, 400 * DAY) });
    expect(due().made).not.toBeNull();
    // The one just made stays, old as its date may seem.
    expect(backups()).toContain(scheduledName(OWN, world.now));
    expect(due().made).toBeNull();
  });

  test("keeps none that does not read back, so that the next look makes another", () => {
    const refuse = (): never => {
      throw new AppError("bad_backup", "the disk has lost a page");
    };
    expectError("bad_backup", () => due({}, refuse));
    expect(readdirSync(world.folder).filter((name) => !name.startsWith("."))).toEqual([]);
    world.pass(60);
    expect(due().made).not.toBeNull();
  });

  test("counts a backup of this authority that was made by hand, and none of another", () => {
    world.back();
    expect(due().made).toBeNull();
    world.signAnew({ sovereign_id: "GLOBEX" });
    expect(due().made).not.toBeNull();
  });

  test("is not put off by a manifest that anybody could have signed", () => {
    world.back();
    const mallory = keyOf("mallory");
    const vkey = vkeyOf("ACME/audit", mallory.publicKey);
    world.signAnew({ vkey }, mallory);
    expect(readFolder(world.folder).backups).toHaveLength(1);
    expect(due().made).not.toBeNull();
  });

  test("finds nothing to do before the first apply, and fails without its folder", () => {
    const fresh = join(world.dir, "fresh.db");
    openStateForWriting(fresh, "test").close();
    expect(due({ db: fresh })).toEqual({ made: null, newest: null, removed: [], next: null });
    rmSync(world.folder, { recursive: true });
    expectError("unreadable_file", () => due());
    mkdirSync(world.folder);
    expect(due().made).not.toBeNull();
  });
});

describe("the loop", () => {
  const NEWEST = {
    file: "one.db",
    at: "2026-11-23T00:00:00Z",
    bytes: 4096,
  } as ScheduledBackup["newest"];

  /** Runs with these outcomes, one for each look; a look that has none left waits for ever. */
  function looking(outcomes: readonly (Partial<ScheduledBackup> | Error)[]) {
    const clock = new TestClock();
    const looks: Instant[] = [];
    const events: BackupEvent[] = [];
    const left = [...outcomes];
    const schedule = new BackupSchedule({
      every: DAY,
      clock: clock.now,
      sleep: clock.sleep,
      stopwatch: () => 0,
      observe: (event) => events.push(event),
      run: async (now, signal) => {
        looks.push(now);
        const outcome = left.shift();
        if (outcome instanceof Error) throw outcome;
        if (outcome !== undefined)
          return {
            made: null,
            newest: NEWEST,
            removed: [],
            next: plusSeconds(now, DAY),
            ...outcome,
          };
        const { promise, reject } = Promise.withResolvers<never>();
        signal.addEventListener("abort", () => reject(new AppError("internal", "given up")));
        return await promise;
      },
    });
    schedule.start();
    const settle = async (seconds: number): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      clock.pass(seconds);
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { schedule, looks, events, settle, clock };
  }

  test("looks again when the next is due", async () => {
    const { schedule, looks, events, settle } = looking([{}, {}]);
    await settle(DAY - 1);
    expect(looks).toHaveLength(1);
    await settle(1);
    expect(looks).toHaveLength(2);
    expect(events[0]).toEqual({
      type: "backup",
      made: false,
      failure: null,
      newest: NEWEST,
      removed: 0,
      every: DAY,
      seconds: 0,
    });
    await schedule.stop();
  });

  test("tries again after 1, 2, 4 minutes, and still knows the newest", async () => {
    const failed = new AppError("unwritable_file", "there is no room");
    const { schedule, looks, events, settle } = looking([{}, failed, failed, failed, {}, failed]);
    await settle(DAY);
    for (const seconds of [60, 120, 240]) {
      const before = looks.length;
      await settle(seconds - 1);
      expect(looks).toHaveLength(before);
      await settle(1);
      expect(looks).toHaveLength(before + 1);
    }
    expect(events[1]).toMatchObject({
      failure: { code: "unwritable_file", message: "there is no room" },
      newest: NEWEST,
    });
    expect(events[4]?.failure).toBeNull();
    // One that went well ends the row.
    await settle(DAY);
    await settle(60);
    expect(looks).toHaveLength(7);
    await schedule.stop();
  });

  test("says nothing before the first apply, and nothing of a backup that it gave up", async () => {
    const { schedule, looks, events, settle } = looking([{ next: null, newest: null }]);
    await settle(60);
    expect(looks).toHaveLength(2);
    await schedule.stop();
    expect(events).toEqual([]);
  });
});
