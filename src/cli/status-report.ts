/** What `concordat status` prints: the state in figures, and what the controller says about itself. */
import { AppError } from "../errors.js";
import type { ControllerStatus } from "../model/controller.js";
import type { Instant } from "../model/time.js";
import { openState } from "../state/open.js";
import { ControlClient } from "./control-client.js";
import type { Settings } from "./settings.js";
import { stateReport, type StateReport } from "./state-report.js";

export interface StatusReport extends StateReport {
  readonly controller: {
    /** Whether one answers at the socket; otherwise what the last one left in the state. */
    readonly running: boolean;
    readonly status: ControllerStatus | null;
  };
}

/** Throws AppError `state_missing` and those of opening the state, `controller_failed`. */
export async function statusReport(settings: Settings, now: Instant): Promise<StatusReport> {
  const running = await runningStatus(settings.controlSocket);
  const reader = openState(settings.db);
  try {
    const sequence = reader.publishedFeed()?.sequence ?? null;
    const status = running ?? reader.status();
    return {
      ...stateReport(reader.snapshot(), sequence, now),
      controller: { running: running !== null, status },
    };
  } finally {
    reader.close();
  }
}

async function runningStatus(socket: string): Promise<ControllerStatus | null> {
  try {
    return await new ControlClient(socket).status();
  } catch (error) {
    if (error instanceof AppError && error.code === "no_controller") return null;
    throw error;
  }
}
