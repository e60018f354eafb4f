/** Writes down who fails to authenticate: the first of each kind in a minute, and at its end how many more there were. */
import type { Controls, Occurrence } from "../../model/controller.js";
import type { JsonObject } from "../../model/json.js";
import type { Instant } from "../../model/time.js";
import { fromInstant, plusSeconds } from "../../protocol/instant.js";

export interface Failure {
  readonly type: "admin_auth_failed" | "admin_auth_throttled";
  readonly reason: string;
  /** Whom it counts against. */
  readonly scope: string;
  readonly details: JsonObject;
}

export interface FailureAuditOptions {
  /** Left out: nothing is written. */
  readonly controls: Pick<Controls, "record"> | undefined;
  readonly onFault: (cause: unknown) => void;
}

interface Count {
  readonly first: Failure;
  more: number;
}

interface Minute {
  readonly since: Instant;
  readonly counts: Map<string, Count>;
  /** By reason: those for which there was no room. */
  readonly rest: Map<string, number>;
}

const MINUTE_SECONDS = 60;
/** Unauthenticated traffic writes no more than twice as many events a minute, from however many addresses it comes. */
const MAX_COUNTS = 64;

export class FailureAudit {
  readonly #options: FailureAuditOptions;
  #minute: Minute | null = null;

  constructor(options: FailureAuditOptions) {
    this.#options = options;
  }

  add(failure: Failure, now: Instant): void {
    this.flush(now);
    const { type, scope, reason } = failure;
    const minute = this.#minute ?? begun(now);
    this.#minute = minute;
    const name = `${type} ${reason} ${scope}`;
    const known = minute.counts.get(name);
    if (known !== undefined) known.more += 1;
    else if (minute.counts.size >= MAX_COUNTS)
      minute.rest.set(reason, (minute.rest.get(reason) ?? 0) + 1);
    else {
      minute.counts.set(name, { first: failure, more: 0 });
      this.#record([{ type, details: { ...failure.details, reason } }]);
    }
  }

  /** Writes the summaries of a minute that is over; with `null` in place of a time, of the one under way. */
  flush(now: Instant | null): void {
    const minute = this.#minute;
    if (minute === null) return;
    // A clock that was set back is no reason to be silent.
    const isRunning =
      now !== null && now >= minute.since && now < plusSeconds(minute.since, MINUTE_SECONDS);
    if (isRunning) return;
    this.#minute = null;
    const since = fromInstant(minute.since);
    const more = [...minute.counts.values()].flatMap(({ first, more: count }): Occurrence[] => {
      // One event a minute says that somebody is throttled.
      if (count === 0 || first.type === "admin_auth_throttled") return [];
      const { type, reason, details } = first;
      return [{ type, details: { ...details, reason, count, since } }];
    });
    const rest = [...minute.rest].map(([reason, count]): Occurrence => {
      return { type: "admin_auth_failed", details: { reason, scope: "others", count, since } };
    });
    this.#record([...more, ...rest]);
  }

  #record(events: readonly Occurrence[]): void {
    const { controls, onFault } = this.#options;
    if (events.length > 0) controls?.record(events).catch(onFault);
  }
}

function begun(since: Instant): Minute {
  return { since, counts: new Map(), rest: new Map() };
}
