/** What a controller says, as values for tests of those that show it. */
import type {
  Condition,
  ControllerStatus,
  FeedStatus,
  OpenDrift,
  Run,
} from "../../src/model/controller.js";
import { parseTimestamp } from "../../src/protocol/instant.js";

const AT = parseTimestamp("2026-11-23T00:00:00Z");
export const COMMIT = "c".repeat(40);

export function condition(more: Partial<Condition> = {}): Condition {
  return {
    type: "Ready",
    status: "True",
    reason: "Succeeded",
    message: "equal to the source",
    last_transition_time: AT,
    observed_commit: COMMIT,
    ...more,
  };
}

export function feedStatus(more: Partial<FeedStatus> = {}): FeedStatus {
  return {
    issuer_sovereign_id: "GLOBEX",
    name: "globex",
    url: "https://globex.example/sovereign-revocation-feed",
    result: "imported",
    message: "",
    sequence: 7,
    issued_at: AT,
    checked_at: AT,
    succeeded_at: AT,
    fresh: true,
    next_poll_at: null,
    ...more,
  };
}

export function openDrift(more: Partial<OpenDrift> = {}): OpenDrift {
  return {
    class: "altered",
    kind: "RecognitionTreaty",
    name: "globex",
    id: "t1",
    disposition: "replace",
    message: "the row is not what was signed",
    since: AT,
    ...more,
  };
}

export function finishedRun(more: Partial<Run> = {}): Run {
  return {
    id: "run-1",
    trigger: "webhook",
    started_at: AT,
    duration_ms: 12,
    outcome: "applied",
    reason: "Succeeded",
    message: "1 change applied",
    commit: COMMIT,
    plan_digest: `sha256:${"e".repeat(64)}`,
    changes: 1,
    drift: 0,
    count: 1,
    ...more,
  };
}

export function controllerStatus(more: Partial<ControllerStatus> = {}): ControllerStatus {
  return {
    format: "concordat/status/v1",
    version: "0.0.0",
    source: { repo: "https://git.example/trust.git", ref: "main" },
    observed_commit: COMMIT,
    attempted_commit: COMMIT,
    applied_commit: COMMIT,
    trusted_commit: COMMIT,
    generation: 1,
    state_digest: `sha256:${"d".repeat(64)}`,
    conditions: [condition()],
    suspension: null,
    drift: [],
    drift_count: 0,
    lapsing: [],
    lapsing_count: 0,
    feeds: [],
    runs: [finishedRun()],
    last_run_at: AT,
    last_success_at: AT,
    next_run_at: null,
    updated_at: AT,
    ...more,
  };
}
