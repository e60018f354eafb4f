/** Where a scenario keeps its files, and how its state is opened. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { applyPlan } from "../../src/apply/apply.js";
import type { Desired } from "../../src/model/desired.js";
import { NO_ALLOWANCES } from "../../src/plan/gates.js";
import { makePlan } from "../../src/plan/plan.js";
import { parseTimestamp, toInstant } from "../../src/protocol/instant.js";
import { openStateForWriting } from "../../src/state/open.js";
import type { StateWriter } from "../../src/state/writer.js";
import { keyOf } from "../helpers/keys.js";

export const NOW = toInstant(parseTimestamp("2026-11-23T00:00:00Z"));

export function databaseOf(folder: string): string {
  return join(folder, "state", "na.db");
}

export function escrowOf(folder: string): string {
  return `${databaseOf(folder)}.escrow`;
}

/** With the authority's key at hand, so that every commit is signed. */
export function openWriter(folder: string): StateWriter {
  return openStateForWriting(databaseOf(folder), "torture", {
    signer: () => keyOf("authority"),
    escrow: escrowOf(folder),
    random: randomBytes,
  });
}

/** Runs `use` on the state, opened for writing. */
export function writing<T>(folder: string, use: (writer: StateWriter) => T): T {
  const writer = openWriter(folder);
  try {
    return use(writer);
  } finally {
    writer.close();
  }
}

/** A new state with what is desired, closed. */
export function settle(folder: string, desired: Desired): void {
  mkdirSync(join(folder, "state"));
  writing(folder, (writer) => {
    const snapshot = writer.snapshot();
    const source = { ref: "main", dirty: false, version: "0.0.0" };
    const planned = makePlan({
      ...source,
      desired,
      snapshot,
      now: NOW,
      approvals: 0,
      allowances: NO_ALLOWANCES,
    });
    applyPlan(writer, {
      desired,
      snapshot,
      planned,
      key: keyOf("authority"),
      now: NOW,
      random: randomBytes,
      allowances: NO_ALLOWANCES,
    });
  });
}

/** The numbers from 1 to `last` that `holds` is true of. */
export function numbersWhere(last: number, holds: (number: number) => boolean): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1).filter(holds);
}

/** The values of one detail in the events of one type. */
export function detailsOf(
  state: Pick<StateWriter, "auditEvents">,
  type: string,
  field: string,
): readonly unknown[] {
  return [...state.auditEvents({ type })].map(({ details }) => details[field]);
}
