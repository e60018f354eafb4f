/** Reads the status that a controller left behind: people are shown it, and the next controller goes on from it. */
import {
  CONDITIONS,
  FEED_RESULTS,
  type Condition,
  type ControllerStatus,
  type FeedStatus,
  type OpenDrift,
  type Run,
  type Suspension,
} from "../model/controller.js";
import { DRIFT_CLASSES, DRIFT_DISPOSITIONS, type Lapsing } from "../model/plan.js";
import { KINDS } from "../model/resources.js";
import { parseTimestamp } from "../protocol/instant.js";

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const count: Check = (value) => Number.isSafeInteger(value);
const amount: Check = (value) => typeof value === "number";
const flag: Check = (value) => typeof value === "boolean";
const time: Check = (value) => typeof value === "string" && isTime(value);

function isTime(value: string): boolean {
  try {
    parseTimestamp(value);
    return true;
  } catch {
    return false;
  }
}

function oneOf(values: readonly string[]): Check {
  return (value) => typeof value === "string" && values.includes(value);
}

function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

/** An object that has every member of `T`; a later version may have added some. */
function objectOf<T>(members: {
  readonly [K in keyof T]-?: Check;
}): (value: unknown) => value is T {
  const checks = Object.entries<Check>(members);
  return (value): value is T => {
    if (typeof value !== "object" || value === null) return false;
    const found = new Map<string, unknown>(Object.entries(value));
    return checks.every(([name, check]) => check(found.get(name)));
  };
}

const condition = objectOf<Condition>({
  type: oneOf(CONDITIONS),
  status: oneOf(["True", "False", "Unknown"]),
  reason: text,
  message: text,
  last_transition_time: time,
  observed_commit: orNull(text),
});

const run = objectOf<Run>({
  id: text,
  trigger: text,
  started_at: time,
  duration_ms: amount,
  outcome: text,
  reason: text,
  message: text,
  commit: orNull(text),
  plan_digest: orNull(text),
  changes: count,
  drift: count,
  count,
});

const suspension = objectOf<Suspension>({
  reason: text,
  by: text,
  since: time,
  until: orNull(time),
});

const drift = objectOf<OpenDrift>({
  class: oneOf(DRIFT_CLASSES),
  kind: oneOf(KINDS),
  name: orNull(text),
  id: text,
  disposition: oneOf(DRIFT_DISPOSITIONS),
  message: text,
  since: time,
});

const lapsing = objectOf<Lapsing>({
  kind: oneOf(KINDS),
  name: text,
  id: text,
  expires_at: time,
  renews: flag,
});

const feed = objectOf<FeedStatus>({
  issuer_sovereign_id: text,
  name: text,
  url: text,
  result: orNull(oneOf(FEED_RESULTS)),
  message: text,
  sequence: orNull(count),
  issued_at: orNull(time),
  checked_at: orNull(time),
  succeeded_at: orNull(time),
  fresh: flag,
  next_poll_at: orNull(time),
});

const isStatus = objectOf<ControllerStatus>({
  format: oneOf(["concordat/status/v1"]),
  version: text,
  source: objectOf<ControllerStatus["source"]>({ repo: text, ref: orNull(text) }),
  observed_commit: orNull(text),
  attempted_commit: orNull(text),
  applied_commit: orNull(text),
  trusted_commit: orNull(text),
  generation: orNull(count),
  state_digest: orNull(text),
  conditions: listOf(condition),
  suspension: orNull(suspension),
  drift: listOf(drift),
  drift_count: count,
  lapsing: listOf(lapsing),
  lapsing_count: count,
  feeds: listOf(feed),
  runs: listOf(run),
  last_run_at: orNull(time),
  last_success_at: orNull(time),
  next_run_at: orNull(time),
  updated_at: time,
});

/** Null for anything that is not a `concordat/status/v1`: a controller starts as well without one. */
export function parseStatus(json: string): ControllerStatus | null {
  try {
    const value: unknown = JSON.parse(json);
    return isStatus(value) ? value : null;
  } catch {
    return null;
  }
}
