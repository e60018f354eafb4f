/** Drift as text. */
import type { Drift } from "../../model/plan.js";
import type { Paint } from "./paint.js";
import { driftLines } from "./plan-notes.js";
import { plural } from "./plural.js";

export function renderDrift(drift: readonly Drift[], paint: Paint): string {
  if (drift.length === 0) return "No drift.\n";
  const heading = `DRIFT  ${plural(drift.length, "object")} changed outside git`;
  return `${[paint("bold", heading), ...driftLines(drift)].join("\n")}\n`;
}
