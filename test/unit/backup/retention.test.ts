/** Old backups go as the settings say; what is not the schedule's own never does. */
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readFolder, type ListedBackup } from "../../../src/backup/folder.js";
import { MANIFEST_SUFFIX } from "../../../src/backup/manifest.js";
import { scheduledName } from "../../../src/backup/names.js";
import { removeSurplus, surplus } from "../../../src/backup/retention.js";
import {
  fromInstant,
  parseTimestamp,
  plusSeconds,
  toInstant,
} from "../../../src/protocol/instant.js";
import { BackedUp, OUR_KEY } from "../../helpers/backup.js";
import { OWN } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";

const DAY = 86_400;
const START = toInstant(parseTimestamp("2026-01-01T03:00:00Z"));

let world: BackedUp;
let one: ListedBackup;
beforeEach(() => {
  world = new BackedUp();
  world.back();
  const [first] = readFolder(world.folder).backups;
  if (first === undefined) expect.fail("there is no backup");
  one = first;
});
afterEach(() => {
  world.close();
});

/** As if made `seconds` after the first. */
function listed(
  seconds: number,
  given: { readonly name?: string; readonly of?: string } = {},
): ListedBackup {
  const at = plusSeconds(START, seconds);
  const sovereign = given.of ?? OWN;
  const manifest = { ...one.manifest, sovereign_id: sovereign, created_at: fromInstant(at) };
  const name = given.name ?? scheduledName(sovereign, at);
  return { ...one, name, file: join(world.folder, name), manifest };
}

/** Newest first, one a day. */
const daily = (days: number): readonly ListedBackup[] =>
  Array.from({ length: days }, (_, day) => listed((days - 1 - day) * DAY));

function kept(
  backups: readonly ListedBackup[],
  keep: number,
  keepMonthly: number,
  newest = backups[0]?.name ?? "",
): readonly string[] {
  const gone = new Set(surplus(backups, newest, OWN, { keep, keepMonthly }));
  return backups.filter((backup) => !gone.has(backup)).map(({ manifest }) => manifest.created_at);
}

describe("what stays", () => {
  test("is the last ones, and the newest of each of the last months", () => {
    const backups = daily(120);
    expect(kept(backups, 3, 3).map((at) => at.slice(0, 10))).toEqual([
      "2026-04-30",
      "2026-04-29",
      "2026-04-28",
      "2026-03-31",
      "2026-02-28",
    ]);
    expect(kept(backups, 1, 0)).toHaveLength(1);
    expect(kept(backups, 500, 0)).toHaveLength(120);
  });

  test("is what a clock far ahead has dated, and it takes no place of another", () => {
    const ahead = [listed(900 * DAY), listed(899 * DAY)];
    const backups = [...ahead, ...daily(4)];
    expect(kept(backups, 2, 1, backups[2]?.name)).toEqual(
      backups.slice(0, 4).map(({ manifest }) => manifest.created_at),
    );
  });

  test("is what another key has signed, and it takes no place of another", () => {
    const { publicKey } = keyOf("mallory");
    const forged = [5, 6, 7].map((hours) => ({ ...listed(hours * 3_600), key: publicKey }));
    const backups = [listed(DAY), ...forged.toReversed(), listed(0), listed(-DAY)];
    const gone = surplus(backups, backups[0]?.name ?? "", OWN, { keep: 2, keepMonthly: 0 });
    expect(gone).toEqual(backups.slice(-1));
  });

  test("is everything, when the one that was just verified is not to be seen", () => {
    expect(surplus(daily(9), "another.db", OWN, { keep: 1, keepMonthly: 0 })).toEqual([]);
  });

  test("is what bears another name, or is another authority's", () => {
    const others = [
      listed(0, { name: "before-the-upgrade.db" }),
      listed(DAY, { of: "GLOBEX" }),
      // Named as another moment than its manifest says.
      listed(2 * DAY, { name: scheduledName(OWN, plusSeconds(START, 3 * DAY)) }),
    ];
    const backups = [...daily(5), ...others];
    const newest = backups[0]?.name ?? "";
    const gone = surplus(backups, newest, OWN, { keep: 1, keepMonthly: 0 });
    expect(gone).toHaveLength(4);
    for (const other of others) expect(gone).not.toContain(other);
  });

  test("is never nothing, and always the newest, by any rule", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 24 }),
        (days, keep, keepMonthly) => {
          const backups = days.toSorted((a, b) => b - a).map((day) => listed(day * DAY));
          const stays = kept(backups, keep, keepMonthly);
          expect(stays.slice(0, keep)).toEqual(
            backups.slice(0, keep).map(({ manifest }) => manifest.created_at),
          );
          const months = new Set(stays.map((at) => at.slice(0, 7)));
          const all = new Set(backups.map(({ manifest }) => manifest.created_at.slice(0, 7)));
          expect(months.size).toBeGreaterThanOrEqual(Math.min(keepMonthly, all.size));
          expect(stays.length).toBeLessThanOrEqual(keep + keepMonthly);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("on the disk", () => {
  test("a backup goes with its manifest, and nothing else goes", () => {
    const names = [0, 1, 2].map((day) => {
      const now = plusSeconds(START, day * DAY);
      const output = join(world.folder, scheduledName(OWN, now));
      world.back({ output, now });
      return scheduledName(OWN, now);
    });
    const [oldest = "", middle = "", newest = ""] = names;
    // Bears the name of one, and is none.
    const posing = scheduledName(OWN, plusSeconds(START, -DAY));
    writeFileSync(join(world.folder, posing), "not a backup");
    copyFileSync(world.file + MANIFEST_SUFFIX, join(world.folder, posing + MANIFEST_SUFFIX));
    expect(removeSurplus(world.folder, newest, OWN, { keep: 1, keepMonthly: 0 })).toEqual([
      middle,
      oldest,
    ]);
    expect(readdirSync(world.folder).filter((name) => !name.startsWith("."))).toEqual(
      [
        posing,
        posing + MANIFEST_SUFFIX,
        newest,
        newest + MANIFEST_SUFFIX,
        "one.db",
        `one.db${MANIFEST_SUFFIX}`,
      ].toSorted(),
    );
  });
});

test("a removal that was killed between file and manifest is finished", () => {
  const name = scheduledName(OWN, START);
  world.back({ output: join(world.folder, name), now: START });
  rmSync(join(world.folder, name));
  removeSurplus(world.folder, "one.db", OWN, { keep: 1, keepMonthly: 0 });
  expect(readdirSync(world.folder)).not.toContain(name + MANIFEST_SUFFIX);
  expect(readFolder(world.folder)).toMatchObject({ backups: [{ name: "one.db" }], unsound: [] });
});

describe("a folder", () => {
  test("is listed newest first, with what is unsound and why", () => {
    const later = join(world.folder, "later.db");
    world.back({ output: later, now: plusSeconds(world.now, 60) });
    const lost = join(world.folder, "lost.db");
    world.back({ output: lost });
    renameSync(lost, join(world.dir, "elsewhere.db"));
    const cut = join(world.folder, "cut.db");
    world.back({ output: cut });
    writeFileSync(cut, "");
    mkdirSync(join(world.folder, "folder.db"));
    writeFileSync(join(world.folder, `bad.db${MANIFEST_SUFFIX}`), "{}");
    const { backups, unsound } = readFolder(world.folder);
    expect(backups.map(({ name, key }) => [name, key])).toEqual([
      ["later.db", OUR_KEY.publicKey],
      ["one.db", OUR_KEY.publicKey],
    ]);
    expect(unsound.map(({ name }) => name)).toEqual(["bad.db", "cut.db", "lost.db"]);
  });
});
