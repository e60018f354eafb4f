/** The files whose bits are flipped: a state, SQLite's journal of it, its escrow, a backup with its manifest, and an export. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportProofs } from "../../src/audit/export-proofs.js";
import { verifyDatabase } from "../../src/audit/verify-database.js";
import { verifyExport } from "../../src/audit/verify-export.js";
import type { Verification } from "../../src/audit/verification.js";
import { readContents } from "../../src/backup/contents.js";
import { makeBackup } from "../../src/backup/make.js";
import { verifyBackup } from "../../src/backup/verify.js";
import { AppError } from "../../src/errors.js";
import { NO_ALLOWANCES } from "../../src/plan/gates.js";
import { makePlan } from "../../src/plan/plan.js";
import { openState } from "../../src/state/open.js";
import { readEscrow } from "../../src/state/log/escrow.js";
import type { StateReader } from "../../src/state/reader.js";
import {
  attestation,
  desired,
  feed,
  operatorKey,
  OWN,
  recognitionPolicy,
  signedFeed,
  sovereign,
  treaty,
} from "../helpers/desired.js";
import { keyOf } from "../helpers/keys.js";
import { rowsOf, type Flippable } from "./bit-flips.js";
import { databaseOf, escrowOf, NOW, openWriter, settle, writing } from "./place.js";
import { save } from "./scenarios/take-over.js";

const DESIRED = desired({
  operatorKeys: [operatorKey("root"), operatorKey("clerk", { tier: "standard" })],
  sovereigns: [sovereign("globex"), sovereign("initech")],
  treaties: [treaty("globex", "globex"), treaty("initech", "initech")],
  attestations: [attestation("member-1"), attestation("member-2")],
  feeds: [feed("globex-1", signedFeed("globex", 1, ["member-of-globex"]))],
  policy: recognitionPolicy(),
});
const AUTHORITY = keyOf("authority");

/** A settled state, at rest. */
function settled(folder: string): void {
  mkdirSync(folder);
  settle(folder, DESIRED);
}

/** As a writer that was killed leaves it: its last commit stands in the journal alone. */
function killed(folder: string): void {
  settled(folder);
  const writer = openWriter(folder);
  save(writer, 1);
  const left = join(folder, "left");
  cpSync(join(folder, "state"), left, { recursive: true });
  writer.close();
  cpSync(left, join(folder, "state"), { recursive: true, force: true });
}

/** Opens it as a restart would, reads it through, and plans what it was settled on. */
function askState(folder: string): void {
  writing(folder, (state) => {
    const snapshot = state.snapshot();
    // A pass asks git whether the head descends from it, and git does not know another.
    if (state.trusted()?.commit !== DESIRED.commit)
      throw new AppError("state_corrupt", "the history was rewritten");
    const key = state.authority()?.publicKey;
    const log = verifyDatabase(state.log(), {
      key: key === undefined ? null : { key, from: "state" },
      escrow: readEscrow(escrowOf(folder)),
      since: null,
      state,
    });
    mustHold(log);
    const { plan } = makePlan({
      desired: DESIRED,
      snapshot,
      now: NOW,
      ref: "main",
      dirty: false,
      version: "0.0.0",
      approvals: 0,
      allowances: NO_ALLOWANCES,
    });
    if (plan.verdict !== "no_changes" || plan.drift.length > 0)
      throw new AppError("state_corrupt", `a plan shows it: ${plan.verdict}`);
  });
}

/** And as a scheduled backup does, which reads every page and every signature. */
function askThoroughly(folder: string): void {
  readContents(databaseOf(folder), NOW, null);
  askState(folder);
}

function mustHold({ fault }: Verification): void {
  if (fault !== null) throw new AppError("log_broken", fault.message);
}

function textOf(path: string): string {
  return readFileSync(path, "latin1");
}

function reading<T>(folder: string, use: (state: StateReader) => T): T {
  const state = openState(databaseOf(folder));
  try {
    return use(state);
  } finally {
    state.close();
  }
}

function backedUp(folder: string): string {
  settled(folder);
  mkdirSync(join(folder, "backups"), { mode: 0o700 });
  const output = join(folder, "backups", "backup");
  makeBackup({
    db: databaseOf(folder),
    output,
    signer: AUTHORITY,
    now: NOW,
    escrow: escrowOf(folder),
    force: false,
    holder: "torture",
  });
  return output;
}

function askBackup(folder: string): void {
  const keys = [AUTHORITY.publicKey];
  verifyBackup(join(folder, "backups", "backup"), { keys, sovereignId: OWN });
}

function exported(folder: string): string {
  settled(folder);
  const key = AUTHORITY.publicKey;
  const path = join(folder, "export");
  const lines = reading(folder, (state) => [
    ...exportProofs(state.log(), { key, filter: {}, hidden: new Set() }),
  ]);
  writeFileSync(path, lines.join(""));
  return path;
}

export const FLIPPABLE: readonly Flippable[] = [
  {
    name: "state",
    prepare: (folder) => {
      settled(folder);
      return databaseOf(folder);
    },
    meaning: (folder) => rowsOf(databaseOf(folder)),
    ask: askThoroughly,
  },
  {
    name: "journal",
    prepare: (folder) => {
      killed(folder);
      return `${databaseOf(folder)}-wal`;
    },
    meaning: (folder) => rowsOf(databaseOf(folder)),
    // The sovereign of the last commit is one that no plan asks for.
    ask: (folder) => writing(folder, (state) => void state.snapshot()),
  },
  {
    name: "escrow",
    prepare: (folder) => {
      settled(folder);
      return escrowOf(folder);
    },
    meaning: (folder) => textOf(escrowOf(folder)),
    ask: askState,
  },
  {
    name: "backup",
    prepare: backedUp,
    meaning: (folder) => textOf(join(folder, "backups", "backup")),
    ask: askBackup,
  },
  {
    name: "manifest of a backup",
    prepare: (folder) => `${backedUp(folder)}.manifest.json`,
    meaning: (folder) => textOf(join(folder, "backups", "backup.manifest.json")),
    ask: askBackup,
  },
  {
    name: "export",
    prepare: exported,
    meaning: (folder) => textOf(join(folder, "export")),
    ask: (folder) => {
      const lines = readFileSync(join(folder, "export"), "utf8").split(/(?<=\n)/);
      mustHold(verifyExport(lines, { key: AUTHORITY.publicKey, since: null }));
    },
  },
];
