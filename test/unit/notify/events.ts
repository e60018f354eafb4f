/** Events as a controller makes them. */
import type {
  Condition,
  ConditionStatus,
  ControllerEvent,
  FeedResult,
} from "../../../src/model/controller.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";

export const AT = parseTimestamp("2026-11-23T00:00:00Z");
export const COMMIT = "a".repeat(40);

export function condition(
  given: Partial<Condition> = {},
  previous: ConditionStatus | null = null,
): ControllerEvent {
  return {
    type: "condition",
    previous,
    condition: {
      type: "Ready",
      status: "False",
      reason: "FetchFailed",
      message: "the source cannot be reached",
      last_transition_time: AT,
      observed_commit: COMMIT,
      ...given,
    },
  };
}

export const FAILED = condition();
export const RECOVERED = condition({ status: "True", reason: "Succeeded", message: "" }, "False");
/** Tells nothing by itself. */
export const TICK: ControllerEvent = { type: "run_started", run: "1", trigger: "interval" };

export function feed(result: FeedResult | null, issuer = "GLOBEX"): ControllerEvent {
  return {
    type: "feed",
    seconds: 1,
    feed: {
      issuer_sovereign_id: issuer,
      name: "globex",
      url: "https://globex.example.org/feed?token=hidden",
      result,
      message: "two feeds bear one sequence",
      sequence: 7,
      issued_at: AT,
      checked_at: AT,
      succeeded_at: AT,
      fresh: true,
      next_poll_at: null,
    },
  };
}

export function refused(message = "12 removals are over the limit of 3"): ControllerEvent {
  return {
    type: "refused",
    commit: COMMIT,
    reason: "ThresholdExceeded",
    guards: ["removals", "lost_paths"],
    message,
  };
}

export function drift(id: string, name: string | null = id): ControllerEvent {
  return {
    type: "drift_detected",
    drift: {
      class: "unmanaged",
      kind: "RecognitionTreaty",
      name,
      id,
      disposition: "report",
      message: "issued outside git",
    },
  };
}

export function driftEnded(id: string): ControllerEvent {
  return {
    type: "drift_resolved",
    class: "unmanaged",
    kind: "RecognitionTreaty",
    name: null,
    id,
    resolution: "adopted",
  };
}
