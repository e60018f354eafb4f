/** The controller's events as structured log lines: one a phase, each with the id of its run. */
import type { Logger } from "pino";
import type { ControllerEvent } from "../model/controller.js";

export function logEvent(log: Logger, event: ControllerEvent): void {
  switch (event.type) {
    case "run_started":
      return log.debug({ run: event.run, trigger: event.trigger }, "run started");
    case "phase": {
      const { run, phase, outcome, seconds, details } = event;
      const line = { run, phase, outcome, ms: milliseconds(seconds), ...details };
      if (outcome === "ok") return log.info(line, `${phase} done`);
      return log.warn(line, `${phase} ${outcome}`);
    }
    case "run_finished": {
      const { id, ...run } = event.run;
      const line = { run: id, ...run };
      return run.outcome === "unchanged"
        ? log.debug(line, "run finished")
        : log.info(line, "run finished");
    }
    case "condition": {
      const { type, status, reason, message, observed_commit } = event.condition;
      const line = { condition: type, status, reason, commit: observed_commit, message };
      return log.info({ ...line, previous: event.previous }, "condition changed");
    }
    case "drift_detected":
      return log.warn({ drift: event.drift }, "drift detected");
    case "drift_resolved": {
      const { type: _, ...drift } = event;
      return log.info({ drift }, "drift resolved");
    }
    case "refused": {
      const { commit, reason, guards, message } = event;
      return log.error({ commit, reason, guards, message }, "refused");
    }
    case "feed": {
      const { issuer_sovereign_id, result, sequence, message } = event.feed;
      const ms = milliseconds(event.seconds);
      return log.info({ feed: issuer_sovereign_id, result, sequence, message, ms }, "feed polled");
    }
    case "backup": {
      const { made, failure, newest, removed, seconds } = event;
      const line = { newest, removed, ms: milliseconds(seconds) };
      if (failure !== null) return log.error({ ...line, ...failure }, "backup failed");
      return made ? log.info(line, "backup made") : log.debug(line, "no backup is due");
    }
    case "status":
      return undefined;
  }
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1_000);
}
