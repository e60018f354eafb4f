/** Reads the status that a controller left behind: it is shown to people, and the next controller goes on from it. */
import type { ControllerStatus } from "../model/controller.js";

/** Null for anything that is not a `concordat/status/v1`: a controller starts without one as well. */
export function parseStatus(json: string): ControllerStatus | null {
  try {
    const value: unknown = JSON.parse(json);
    return isStatus(value) ? value : null;
  } catch {
    return null;
  }
}

function isStatus(value: unknown): value is ControllerStatus {
  return (
    typeof value === "object" &&
    value !== null &&
    "format" in value &&
    value.format === "concordat/status/v1"
  );
}
