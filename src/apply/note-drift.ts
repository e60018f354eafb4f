/** Drift that a pass without an apply found, or no longer found. */
import { auditEvent } from "../audit/events.js";
import type { Plan } from "../model/plan.js";
import type { Instant } from "../model/time.js";
import { fromInstant } from "../protocol/instant.js";
import type { StateWriter } from "../state/writer.js";
import { reconcileDrift, type DriftChanges } from "./drift-ledger.js";

/** Writes what appeared and what ended, with its events; nothing, not even a transaction, when that is nothing. */
export function noteDrift(
  writer: StateWriter,
  plan: Plan,
  now: Instant,
  random: (length: number) => Uint8Array,
): DriftChanges {
  const changes = reconcileDrift(writer.openDrift(), plan, false, fromInstant(now));
  if (changes.notes.length > 0) {
    writer.note(
      changes.notes,
      changes.events.map(({ type, details }) => auditEvent(type, details, now, random(16))),
    );
  }
  return changes;
}
