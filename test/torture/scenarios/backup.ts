/** A state is backed up again and again while it goes on: a backup appears whole, with its manifest, or not at all. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { makeBackup } from "../../../src/backup/make.js";
import { verifyBackup } from "../../../src/backup/verify.js";
import { desired, operatorKey, OWN } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { databaseOf, escrowOf, NOW, numbersWhere, settle, writing } from "../place.js";
import type { Scenario, Survey } from "../scenario.js";
import { save, savedSovereigns } from "./take-over.js";

const OPERATIONS = 3;

function fileOf(folder: string, number: number): string {
  return join(folder, "backups", `backup-${number}`);
}

function isWhole(folder: string, number: number): boolean {
  const keys = [keyOf("authority").publicKey];
  return verifyBackup(fileOf(folder, number), { keys, sovereignId: OWN }).manifest.bytes > 0;
}

/** The one name that everything of it may have: what stands under it must be whole. */
function survey(folder: string): Survey {
  const there = numbersWhere(OPERATIONS, (number) => existsSync(fileOf(folder, number)));
  const whole = there.filter((number) => isWhole(folder, number));
  return { changed: whole, logged: whole, faults: [] };
}

function back(folder: string, number: number): void {
  makeBackup({
    db: databaseOf(folder),
    output: fileOf(folder, number),
    signer: keyOf("authority"),
    now: NOW,
    escrow: escrowOf(folder),
    force: false,
    holder: "torture",
  });
}

/** Drafts of one that was killed are cleared up by the next. */
function strangersIn(folder: string): readonly string[] {
  return readdirSync(join(folder, "backups")).filter((name) => name.includes("draft"));
}

export const backup: Scenario = {
  name: "backup",
  operations: OPERATIONS,
  prepare: async (folder) => {
    settle(folder, desired({ operatorKeys: [operatorKey("root")] }));
    mkdirSync(join(folder, "backups"), { mode: 0o700 });
  },
  work: async (folder, acknowledge) => {
    const done = survey(folder).changed;
    for (const number of numbersWhere(OPERATIONS, (each) => !done.includes(each))) {
      writing(folder, (writer) => {
        if (!savedSovereigns(OPERATIONS, writer).changed.includes(number)) save(writer, number);
        back(folder, number);
        acknowledge(number, writer);
      });
    }
  },
  survey: (folder, state) => {
    const found = survey(folder);
    const { changed, logged } = savedSovereigns(OPERATIONS, state);
    const apart = changed.filter((number) => !logged.includes(number));
    const strangers = found.changed.length === OPERATIONS ? strangersIn(folder) : [];
    return {
      ...found,
      faults: [
        ...apart.map((number) => `sovereign ${number} has no entry`),
        ...strangers.map((name) => `${name} was left behind`),
      ],
    };
  },
};
