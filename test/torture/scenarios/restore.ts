/** A state that has gone on since its backup is restored, and goes on: what was taken away since stays so, and the log goes on too. */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { makeBackup } from "../../../src/backup/make.js";
import { verifyBackup } from "../../../src/backup/verify.js";
import { runRestore } from "../../../src/restore/restore.js";
import { openState } from "../../../src/state/open.js";
import { readPending } from "../../../src/state/restore/pending.js";
import type { StateReader } from "../../../src/state/reader.js";
import { attestation, desired, operatorKey } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import {
  databaseOf,
  detailsOf,
  escrowOf,
  NOW,
  numbersWhere,
  openWriter,
  settle,
  writing,
} from "../place.js";
import type { Scenario, Survey } from "../scenario.js";
import { perform, revocation, idOf } from "./admin-write.js";
import { save, savedSovereigns } from "./take-over.js";

/** The restore, and a commit after it. */
const OPERATIONS = 2;
/** Of the sovereign that was saved after the backup. */
const LATER = 9;

function backupOf(folder: string): string {
  return join(folder, "backups", "backup");
}

/** The size of the log before the restore. */
function sizeBefore(folder: string): number {
  return Number(readFileSync(join(folder, "size"), "utf8"));
}

async function restoreState(folder: string): Promise<void> {
  const key = keyOf("authority");
  const attempts = numbersWhere(100, (each) => !existsSync(join(folder, "backups", `pre-${each}`)));
  await runRestore(
    {
      db: databaseOf(folder),
      backup: backupOf(folder),
      preRestoreBackup: join(folder, "backups", `pre-${attempts[0]}`),
      escrow: escrowOf(folder),
      backupKeys: [],
      forget: [],
      acceptLostLog: false,
      by: "the operator",
      reason: null,
    },
    {
      clock: () => NOW,
      random: randomBytes,
      key,
      operatorKey: null,
      verify: async (file, options) => verifyBackup(file, options),
      onStep: () => {},
    },
  );
}

function survey(folder: string, state: StateReader): Survey {
  const known = savedSovereigns(LATER, state);
  const isRestored = state.recovery() !== null;
  const hasEntry = detailsOf(state, "state_restored", "backup_digest").length > 0;
  const faults: string[] = [];
  if (state.attestation(idOf(state, 1))?.status !== "revoked")
    faults.push("the revocation of an attestation is lost");
  if (state.attestation(idOf(state, 2))?.status !== "active")
    faults.push("an attestation is lost that nobody revoked");
  if (state.log().head().size < sizeBefore(folder)) faults.push("the log went back");
  const after = (numbers: readonly number[]): readonly number[] => (numbers.includes(2) ? [2] : []);
  return {
    changed: [...(isRestored ? [1] : []), ...after(known.changed)],
    logged: [...(hasEntry ? [1] : []), ...after(known.logged)],
    faults,
  };
}

function isDone(folder: string, operation: number): boolean {
  if (readPending(databaseOf(folder)) !== null) return false;
  const state = openState(databaseOf(folder));
  try {
    return survey(folder, state).changed.includes(operation);
  } finally {
    state.close();
  }
}

export const restore: Scenario = {
  name: "restore",
  operations: OPERATIONS,
  prepare: async (folder) => {
    const attestations = [attestation("member-1"), attestation("member-2")];
    settle(folder, desired({ operatorKeys: [operatorKey("root")], attestations }));
    const state = join(folder, "state");
    mkdirSync(join(folder, "backups"), { mode: 0o700 });
    makeBackup({
      db: databaseOf(folder),
      output: backupOf(folder),
      signer: keyOf("authority"),
      now: NOW,
      escrow: escrowOf(folder),
      force: false,
      holder: "torture",
    });
    // Killed afterwards, so that what it did last stands in SQLite's journal alone.
    const left = join(folder, "left");
    const writer = openWriter(folder);
    perform(writer, revocation(writer, 1));
    save(writer, LATER);
    writeFileSync(join(folder, "size"), String(writer.log().head().size));
    cpSync(state, left, { recursive: true });
    writer.close();
    rmSync(state, { recursive: true });
    cpSync(left, state, { recursive: true });
  },
  work: async (folder, acknowledge) => {
    if (!isDone(folder, 1)) await restoreState(folder);
    writing(folder, (writer) => {
      acknowledge(1, writer);
      if (!survey(folder, writer).changed.includes(2)) save(writer, 2);
      acknowledge(2, writer);
    });
  },
  survey,
};
