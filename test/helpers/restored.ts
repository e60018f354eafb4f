/** A state that was backed up and went on, and its restore. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { applyPlan } from "../../src/apply/apply.js";
import { verifyBackup } from "../../src/backup/verify.js";
import { AppError, type ErrorCode } from "../../src/errors.js";
import type { Desired } from "../../src/model/desired.js";
import type { LogSigner } from "../../src/model/log.js";
import type { RestorePlan, RestoreRequest, RestoreResult } from "../../src/model/restore.js";
import type { Snapshot } from "../../src/model/state.js";
import { NO_ALLOWANCES } from "../../src/plan/gates.js";
import { makePlan } from "../../src/plan/plan.js";
import { planRestore, runRestore, type RestoreTools } from "../../src/restore/restore.js";
import { openState, openStateForWriting } from "../../src/state/open.js";
import type { StateReader } from "../../src/state/reader.js";
import type { StateWriter } from "../../src/state/writer.js";
import { BackedUp, OUR_KEY } from "./backup.js";
import { keyOf } from "./keys.js";

export class Restorable {
  readonly world = new BackedUp();
  readonly request: RestoreRequest;
  readonly tools: RestoreTools;
  readonly steps: string[] = [];

  constructor() {
    const { world } = this;
    onTestFinished(() => world.close());
    this.request = {
      db: world.db,
      backup: world.file,
      preRestoreBackup: join(world.folder, "before.db"),
      escrow: `${world.db}.escrow`,
      backupKeys: [],
      forget: [],
      acceptLostLog: false,
      by: "the operator",
      reason: null,
    };
    this.tools = {
      clock: () => world.now,
      random: world.random,
      key: OUR_KEY,
      operatorKey: null,
      verify: async (file, options) => verifyBackup(file, options),
      onStep: (step) => void this.steps.push(step),
    };
  }

  /** Signs what was logged so far, and puts it in escrow. */
  sign(signer: LogSigner = OUR_KEY): void {
    this.world.writer.close();
    this.open(signer).close();
  }

  open(signer: LogSigner | null = OUR_KEY): StateWriter {
    const { world } = this;
    const log = { signer: () => signer, escrow: this.request.escrow, random: world.random };
    return openStateForWriting(world.db, "test", log);
  }

  async plan(
    given: Partial<RestoreRequest> = {},
    tools: Partial<RestoreTools> = {},
  ): Promise<RestorePlan> {
    return await planRestore({ ...this.request, ...given }, { ...this.tools, ...tools });
  }

  async restore(
    given: Partial<RestoreRequest> = {},
    tools: Partial<RestoreTools> = {},
  ): Promise<RestoreResult> {
    return await runRestore({ ...this.request, ...given }, { ...this.tools, ...tools });
  }

  read<T>(use: (reader: StateReader) => T): T {
    const reader = openState(this.world.db);
    try {
      return use(reader);
    } finally {
      reader.close();
    }
  }

  snapshot(): Snapshot {
    return this.read((reader) => reader.snapshot());
  }

  events(type: string): readonly unknown[] {
    return this.read((reader) => [...reader.auditEvents({ type })].map(({ details }) => details));
  }
}

/** The restore must be refused with this code. */
export async function expectRefused(
  restorable: Restorable,
  code: ErrorCode,
  given: Partial<RestoreRequest> = {},
  tools: Partial<RestoreTools> = {},
): Promise<AppError> {
  try {
    await restorable.restore(given, tools);
  } catch (error) {
    if (error instanceof AppError && error.code === code) return error;
    throw error;
  }
  throw new Error(`expected ${code}, and it was restored`);
}

export const OPERATOR = keyOf("operator operator-root");

/** Applies a desired state to the restored one, as the daemon does after a restore. */
export function reconcile(restorable: Restorable, wanted: Desired): Snapshot {
  const { world } = restorable;
  const writer = restorable.open();
  try {
    const snapshot = writer.snapshot();
    const { now, random } = world;
    const allowances = NO_ALLOWANCES;
    const source = { ref: "main", dirty: false, version: "0.0.0", approvals: 0 };
    const planned = makePlan({ desired: wanted, snapshot, now, allowances, ...source });
    if (planned.plan.verdict !== "no_changes")
      applyPlan(writer, {
        desired: wanted,
        snapshot,
        planned,
        key: OUR_KEY,
        now,
        random,
        allowances,
      });
    return writer.snapshot();
  } finally {
    writer.close();
  }
}
