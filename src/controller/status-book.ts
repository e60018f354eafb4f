/** Keeps what the controller says about itself, across passes and across restarts. */
import type { Head } from "../git/source.js";
import type {
  Condition,
  ControllerStatus,
  FeedStatus,
  OpenDrift,
  Run,
  Suspension,
} from "../model/controller.js";
import type { Lapsing } from "../model/plan.js";
import type { Digest } from "../model/state.js";
import type { Timestamp } from "../model/time.js";
import { fold, type Judgements, type Transition } from "./conditions.js";

const RUNS = 20;
const LISTED = 100;

export interface Identity {
  readonly version: string;
  readonly source: ControllerStatus["source"];
}

/** Facts of the state and of the last pass. What is left out stays as it was. */
export interface Facts {
  readonly head?: Head;
  readonly attemptedCommit?: string;
  readonly appliedCommit?: string | null;
  readonly trustedCommit?: string | null;
  readonly generation?: number;
  readonly stateDigest?: Digest;
  readonly drift?: readonly OpenDrift[];
  readonly lapsing?: readonly Lapsing[];
  readonly feeds?: readonly FeedStatus[];
  readonly suspension?: Suspension | null;
}

export class StatusBook {
  #status: ControllerStatus;

  /** `before` is what an earlier process left: conditions keep the moment since when they hold. */
  constructor(identity: Identity, before: ControllerStatus | null, at: Timestamp) {
    this.#status = {
      format: "concordat/status/v1",
      observed_commit: null,
      attempted_commit: null,
      applied_commit: null,
      trusted_commit: null,
      generation: null,
      state_digest: null,
      conditions: fold([], {}, at, null).conditions,
      suspension: null,
      drift: [],
      drift_count: 0,
      lapsing: [],
      lapsing_count: 0,
      feeds: [],
      runs: [],
      last_run_at: null,
      last_success_at: null,
      ...before,
      ...identity,
      next_run_at: null,
      updated_at: at,
    };
  }

  get current(): ControllerStatus {
    return this.#status;
  }

  learn(facts: Facts, at: Timestamp): void {
    const { head, drift, lapsing } = facts;
    const before = this.#status;
    this.#status = {
      ...before,
      observed_commit: head?.commit ?? before.observed_commit,
      attempted_commit: facts.attemptedCommit ?? before.attempted_commit,
      applied_commit: known(facts.appliedCommit, before.applied_commit),
      trusted_commit: known(facts.trustedCommit, before.trusted_commit),
      generation: facts.generation ?? before.generation,
      state_digest: facts.stateDigest ?? before.state_digest,
      suspension: known(facts.suspension, before.suspension),
      drift: drift?.slice(0, LISTED) ?? before.drift,
      drift_count: drift?.length ?? before.drift_count,
      lapsing: lapsing?.slice(0, LISTED) ?? before.lapsing,
      lapsing_count: lapsing?.length ?? before.lapsing_count,
      feeds: facts.feeds ?? before.feeds,
      updated_at: at,
    };
  }

  /** Gives the transitions that listeners are to hear of. */
  judge(judgements: Judgements, at: Timestamp): readonly Transition[] {
    const { conditions: before, observed_commit: commit } = this.#status;
    const { conditions, transitions } = fold(before, judgements, at, commit);
    this.#status = { ...this.#status, conditions, updated_at: at };
    return transitions;
  }

  /** Runs that end alike, one after the other, are one entry that counts them. Gives the run with its count. */
  record(run: Run, at: Timestamp): Run {
    const { runs } = this.#status;
    const succeeded = run.outcome === "applied" || run.outcome === "no_changes";
    const isNews = run.outcome !== "unchanged";
    const [newest, ...older] = runs;
    const repeats = newest !== undefined && endsAlike(newest, run);
    const counted = repeats ? { ...run, count: newest.count + 1 } : run;
    this.#status = {
      ...this.#status,
      runs: isNews ? [counted, ...(repeats ? older : runs)].slice(0, RUNS) : runs,
      last_run_at: at,
      last_success_at: succeeded || !isNews ? this.#success(run, at) : this.#status.last_success_at,
      updated_at: at,
    };
    return counted;
  }

  schedule(next: Timestamp): void {
    this.#status = { ...this.#status, next_run_at: next };
  }

  condition(type: Condition["type"]): Condition | undefined {
    return this.#status.conditions.find((condition) => condition.type === type);
  }

  /** A pass that found nothing new is a success only where the last look at the same inputs was one. */
  #success(run: Run, at: Timestamp): Timestamp | null {
    const ready = this.condition("Ready")?.status === "True";
    return run.outcome !== "unchanged" || ready ? at : this.#status.last_success_at;
  }
}

/** The newest run that came to a verdict on its head: neither kept from looking, nor failed on the way. */
export function lastVerdict(runs: readonly Run[]): Run | undefined {
  return runs.find(({ outcome }) => outcome !== "failed" && outcome !== "suspended");
}

/** Whether a refusal is told: once for each commit and reason, whatever kept the controller from it in between. */
export function isNewRefusal(runs: readonly Run[], refused: Run): boolean {
  const last = refused.outcome === "stalled" ? lastVerdict(runs) : runs[0];
  return last === undefined || !endsAlike(last, refused);
}

function endsAlike(left: Run, right: Run): boolean {
  return (
    left.outcome === right.outcome &&
    left.outcome !== "applied" &&
    left.reason === right.reason &&
    left.message === right.message &&
    left.commit === right.commit
  );
}

function known<T>(learned: T | undefined, before: T): T {
  return learned === undefined ? before : learned;
}

/** What is worth a write: everything but the moments that every look moves. */
export function lastingPart(status: ControllerStatus): string {
  const feeds = status.feeds.map(({ issuer_sovereign_id, result, sequence, issued_at, fresh }) => ({
    issuer_sovereign_id,
    result,
    sequence,
    issued_at,
    fresh,
  }));
  const moments = { updated_at: "", next_run_at: "", last_run_at: "", last_success_at: "" };
  return JSON.stringify({ ...status, ...moments, feeds });
}
