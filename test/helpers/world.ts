/** A real state on disk that plans and applies desired states, as the program does, with the clock in the test's hand. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyPlan, type Applied } from "../../src/apply/apply.js";
import type { Desired } from "../../src/model/desired.js";
import type { Snapshot } from "../../src/model/state.js";
import type { Instant } from "../../src/model/time.js";
import { NO_ALLOWANCES, type Allowances } from "../../src/plan/gates.js";
import { makePlan, type Planned } from "../../src/plan/plan.js";
import { parseTimestamp, plusSeconds, toInstant } from "../../src/protocol/instant.js";
import type { PrivateKey } from "../../src/sign/private-key.js";
import { openStateForWriting } from "../../src/state/open.js";
import type { StateWriter } from "../../src/state/writer.js";
import { keyOf } from "./keys.js";

export const START = toInstant(parseTimestamp("2026-11-23T00:00:00Z"));

interface Choices {
  readonly allowances?: Allowances;
  readonly key?: PrivateKey;
}

export class World {
  readonly dir = mkdtempSync(join(tmpdir(), "concordat-world-"));
  readonly db = join(this.dir, "na.db");
  readonly writer: StateWriter = openStateForWriting(this.db, "test", {
    signer: () => keyOf("authority"),
    escrow: `${this.db}.escrow`,
    random: randomBytes,
  });
  now: Instant = START;
  #draws = 0;

  /** Deterministic bytes, so that two runs of a test make the same state. */
  readonly random = (length: number): Uint8Array =>
    createHash("sha512")
      .update(`draw ${(this.#draws += 1)}`)
      .digest()
      .subarray(0, length);

  get snapshot(): Snapshot {
    return this.writer.snapshot();
  }

  pass(seconds: number): void {
    this.now = plusSeconds(this.now, seconds);
  }

  plan(wanted: Desired, { allowances = NO_ALLOWANCES }: Choices = {}): Planned {
    const { snapshot, now } = this;
    return makePlan({
      desired: wanted,
      snapshot,
      now,
      ref: "main",
      dirty: false,
      version: "0.0.0",
      approvals: 0,
      allowances,
    });
  }

  apply(wanted: Desired, choices: Choices = {}): Applied {
    const { snapshot, now, random } = this;
    const { allowances = NO_ALLOWANCES, key = keyOf("authority") } = choices;
    const planned = this.plan(wanted, choices);
    return applyPlan(this.writer, {
      desired: wanted,
      snapshot,
      planned,
      key,
      now,
      random,
      allowances,
    });
  }

  close(): void {
    this.writer.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
