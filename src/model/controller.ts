/** What the controller says about itself: conditions, runs, feeds, and the events it makes while it works. */
import type { BackupEvent } from "./backup.js";
import type { AdminReply, AdminRequest, LocalAnswer, LocalRequest } from "./admin.js";
import type { AuditEventType } from "./audit.js";
import type { JsonObject } from "./json.js";
import type { Drift, DriftClass, Lapsing } from "./plan.js";
import type { Kind } from "./resources.js";
import type { Digest } from "./digest.js";
import type { Timestamp } from "./time.js";

export const PHASES = ["fetch", "verify", "desired", "plan", "gate", "apply", "publish"] as const;

export type Phase = (typeof PHASES)[number];

export const CONDITIONS = [
  "Ready",
  "Reconciling",
  "Stalled",
  "SourceVerified",
  "Drifted",
  "Suspended",
  "Frozen",
  "FeedsFresh",
] as const;

export type ConditionType = (typeof CONDITIONS)[number];

export type ConditionStatus = "True" | "False" | "Unknown";

/** Why a condition is as it is: a closed list, for alerts and for programs. */
export type ConditionReason =
  | "Succeeded"
  | "Progressing"
  | "ProgressingWithRetry"
  | "NotYetRun"
  | "FetchFailed"
  | "SourceEmpty"
  | "HistoryRewritten"
  | "ValidationFailed"
  | "PolicyDenied"
  | "ThresholdExceeded"
  | "ApprovalsMissing"
  | "PlanStale"
  | "KeyUnavailable"
  | "KeyMismatch"
  | "StateFailed"
  | "LeaseLost"
  | "InternalError"
  | "Suspended"
  | "NotSuspended"
  | "FreezeWindow"
  | "NoFreeze"
  | "DriftDetected"
  | "NoDrift"
  | "FeedsCurrent"
  | "FeedOverdue"
  | "NoFeeds";

export interface Condition {
  readonly type: ConditionType;
  readonly status: ConditionStatus;
  readonly reason: ConditionReason;
  readonly message: string;
  readonly last_transition_time: Timestamp;
  /** The commit that the condition was judged at. */
  readonly observed_commit: string | null;
}

export type Trigger =
  | "start"
  | "interval"
  | "retry"
  | "due"
  | "refs"
  | "webhook"
  | "signal"
  | "request"
  | "state";

/** `unchanged`: nothing to do and nothing looked at twice. `failed` is tried again; `stalled` waits for another input. */
export type RunOutcome =
  | "applied"
  | "unchanged"
  | "no_changes"
  | "suspended"
  | "failed"
  | "stalled";

export interface Run {
  readonly id: string;
  readonly trigger: Trigger;
  readonly started_at: Timestamp;
  readonly duration_ms: number;
  readonly outcome: RunOutcome;
  readonly reason: ConditionReason;
  readonly message: string;
  readonly commit: string | null;
  readonly plan_digest: Digest | null;
  readonly changes: number;
  readonly drift: number;
  /** How many runs in a row ended so; this is the newest of them. */
  readonly count: number;
}

/** What became of the last poll of a feed. */
export const FEED_RESULTS = [
  "imported",
  "unchanged",
  "refreshed",
  "suspended",
  "fetch_failed",
  "malformed",
  "wrong_issuer",
  "stale_sequence",
  "missing_signature",
  "invalid_signature",
  "equivocation",
  "sequence_jump",
  "rejected_by_git",
  "from_the_future",
] as const;

export type FeedResult = (typeof FEED_RESULTS)[number];

export interface FeedStatus {
  readonly issuer_sovereign_id: string;
  readonly name: string;
  readonly url: string;
  /** Null before the first poll. */
  readonly result: FeedResult | null;
  readonly message: string;
  /** Highest imported. */
  readonly sequence: number | null;
  /** When the newest feed that verified was signed. */
  readonly issued_at: Timestamp | null;
  readonly checked_at: Timestamp | null;
  readonly succeeded_at: Timestamp | null;
  /** False: older than the sovereign's `maxAge`, or never seen. Without a `maxAge` always true. */
  readonly fresh: boolean;
  readonly next_poll_at: Timestamp | null;
}

/** A drift that is there, and since when. */
export interface OpenDrift extends Drift {
  readonly since: Timestamp;
}

/** How a drift ended. `ended`: without an act of Concordat's. */
export type DriftResolution = "kept" | "revoked" | "replaced" | "reissued" | "adopted" | "ended";

export interface Suspension {
  readonly reason: string;
  readonly by: string;
  readonly since: Timestamp;
  /** Null: until somebody resumes. */
  readonly until: Timestamp | null;
}

/** `/status.json`, `concordat status --json`, and the row of the state that survives a restart. */
export interface ControllerStatus {
  readonly format: "concordat/status/v1";
  readonly version: string;
  /** The address without secrets. */
  readonly source: { readonly repo: string; readonly ref: string | null };
  /** Newest head seen. */
  readonly observed_commit: string | null;
  /** Head of the last run that got so far as to plan. */
  readonly attempted_commit: string | null;
  readonly applied_commit: string | null;
  /** From when on history may not be rewritten. */
  readonly trusted_commit: string | null;
  readonly generation: number | null;
  readonly state_digest: Digest | null;
  /** In the order of `CONDITIONS`. */
  readonly conditions: readonly Condition[];
  readonly suspension: Suspension | null;
  /** The first hundred; the count is of all. */
  readonly drift: readonly OpenDrift[];
  readonly drift_count: number;
  /** What ends within 30 days, soonest first; the first hundred. */
  readonly lapsing: readonly Lapsing[];
  readonly lapsing_count: number;
  readonly feeds: readonly FeedStatus[];
  /** The last 20 that did more than find nothing new, newest first. */
  readonly runs: readonly Run[];
  readonly last_run_at: Timestamp | null;
  readonly last_success_at: Timestamp | null;
  readonly next_run_at: Timestamp | null;
  readonly updated_at: Timestamp;
}

/** What a run may let through its limits, and who asked for it. */
export interface RunRequest {
  readonly by: string;
  readonly allowRemovals: number | null;
  readonly allowLostPaths: number | null;
}

export interface SuspendRequest {
  readonly by: string;
  readonly reason: string;
  readonly until: Timestamp | null;
}

export interface ResumeRequest {
  readonly by: string;
  readonly reason: string | null;
  /** Go on from a head that does not descend from the trusted commit. */
  readonly acceptHistory: boolean;
}

/** What an operator can ask of a controller, in this process, in another thread or over the control socket. */
export interface OperatorControls {
  status(): Promise<ControllerStatus>;
  reconcile(request: RunRequest): Promise<Run>;
  suspend(request: SuspendRequest): Promise<ControllerStatus>;
  resume(request: ResumeRequest): Promise<ControllerStatus>;
  /** Takes trust away at once, without waiting for a pass. Throws the AppError that it is refused with. */
  act(request: LocalRequest): Promise<LocalAnswer>;
}

/** Something to be written down, without an effect of its own. */
export interface Occurrence {
  readonly type: AuditEventType;
  readonly details: JsonObject;
}

/** What the process that serves can ask besides: it alone authenticates, and the controller alone writes. */
export interface Controls extends OperatorControls {
  /**
   * Does what an authenticated request asks, or throws the AppError that it is to be answered with. Either way its nonce
   * is spent. `nonce_replayed`, `operator_key_refused` and `admin_request_stale` are answered as `admin_auth_failed`.
   */
  admin(request: AdminRequest): Promise<AdminReply>;
  /** Writes audit events, and nothing else. */
  record(events: readonly Occurrence[]): Promise<void>;
}

export interface PhaseEvent {
  readonly type: "phase";
  readonly run: string;
  readonly phase: Phase;
  readonly outcome: "ok" | "failed" | "refused";
  readonly seconds: number;
  /** Ids, counts and codes for the log; never payloads or secrets. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

/** Listeners are the log, the metrics, the notifications, and whoever serves the status. */
export type ControllerEvent =
  | { readonly type: "run_started"; readonly run: string; readonly trigger: Trigger }
  | PhaseEvent
  | { readonly type: "run_finished"; readonly run: Run }
  | {
      readonly type: "condition";
      readonly condition: Condition;
      readonly previous: ConditionStatus | null;
    }
  | { readonly type: "drift_detected"; readonly drift: Drift }
  | {
      readonly type: "drift_resolved";
      readonly class: DriftClass;
      readonly kind: Kind;
      readonly name: string | null;
      readonly id: string;
      readonly resolution: DriftResolution;
    }
  | {
      readonly type: "refused";
      readonly commit: string | null;
      readonly reason: ConditionReason;
      /** The gates that refused, or the error's code. */
      readonly guards: readonly string[];
      readonly message: string;
    }
  | { readonly type: "feed"; readonly feed: FeedStatus; readonly seconds: number }
  | BackupEvent
  | { readonly type: "status"; readonly status: ControllerStatus };
