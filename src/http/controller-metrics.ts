/** The metrics that the controller's events make. No label holds a name of an object, only words of closed lists. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { ERRORS } from "../errors.js";
import type {
  Condition,
  ConditionStatus,
  ControllerEvent,
  ControllerStatus,
  FeedStatus,
  PhaseEvent,
  Run,
} from "../model/controller.js";
import { DRIFT_CLASSES, type GateName, type Lapsing } from "../model/plan.js";
import type { Instant } from "../model/time.js";
import { secondsBetween, toInstant } from "../protocol/instant.js";
import { BackupMetrics } from "./backup-metrics.js";

const STATUSES: readonly ConditionStatus[] = ["True", "False", "Unknown"];

const GATES: readonly string[] = [
  "findings",
  "removals",
  "lost_paths",
  "last_privileged_key",
  "freeze",
  "approvals",
] satisfies GateName[];

const HORIZONS = [
  ["24h", 86_400],
  ["7d", 604_800],
  ["30d", 2_592_000],
] as const;

export class ControllerMetrics {
  readonly #clock: () => Instant;
  readonly #phaseSeconds: Histogram<"phase" | "outcome">;
  readonly #runs: Counter<"outcome" | "reason">;
  readonly #git: Counter<"op" | "result">;
  readonly #planChanges: Gauge;
  readonly #conditions: Gauge<"type" | "status">;
  readonly #suspended: Gauge;
  readonly #frozen: Gauge;
  readonly #leaseHeld: Gauge;
  readonly #appliedCommit: Gauge<"commit">;
  readonly #lastSuccess: Gauge;
  readonly #drift: Gauge<"class">;
  readonly #refusals: Counter<"guard">;
  readonly #feedImports: Counter<"feed" | "result">;
  readonly #notifications: Counter<"sink" | "result">;
  readonly #backups: BackupMetrics;
  #feeds: ReadonlyMap<string, FeedStatus> = new Map();
  #lapsing: readonly Lapsing[] = [];

  constructor(registry: Registry, clock: () => Instant) {
    const registers = [registry];
    this.#clock = clock;
    this.#phaseSeconds = new Histogram({
      name: "concordat_reconcile_duration_seconds",
      help: "Time that a phase of a run took, by how it ended.",
      labelNames: ["phase", "outcome"],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    });
    this.#runs = new Counter({
      name: "concordat_reconcile_total",
      help: "Runs, by outcome and reason.",
      labelNames: ["outcome", "reason"],
      registers,
    });
    this.#git = new Counter({
      name: "concordat_git_request_total",
      help: "Requests to the source, by what became of them.",
      labelNames: ["op", "result"],
      registers,
    });
    this.#planChanges = new Gauge({
      name: "concordat_plan_changes",
      help: "Changes in the plan of the last run.",
      registers,
    });
    this.#conditions = new Gauge({
      name: "concordat_condition",
      help: "1 for the status that a condition has, 0 for those that it has not.",
      labelNames: ["type", "status"],
      registers,
    });
    this.#suspended = new Gauge({
      name: "concordat_suspended",
      help: "1 while an operator has suspended the controller.",
      registers,
    });
    this.#frozen = new Gauge({
      name: "concordat_frozen",
      help: "1 while a freeze window holds changes back.",
      registers,
    });
    this.#leaseHeld = new Gauge({
      name: "concordat_lease_held",
      help: "1 while this process is the state's one writer.",
      registers,
    });
    this.#appliedCommit = new Gauge({
      name: "concordat_applied_commit_info",
      help: "1 for the commit that the state was last made equal to.",
      labelNames: ["commit"],
      registers,
    });
    this.#lastSuccess = new Gauge({
      name: "concordat_last_success_timestamp_seconds",
      help: "When a run last left the state equal to the source.",
      registers,
    });
    this.#drift = new Gauge({
      name: "concordat_drift_objects",
      help: "Objects that differ from what was applied, by class.",
      labelNames: ["class"],
      registers,
    });
    this.#refusals = new Counter({
      name: "concordat_guard_refusals_total",
      help: "Refused changes, by the gate or the error that refused them.",
      labelNames: ["guard"],
      registers,
    });
    this.#feedImports = new Counter({
      name: "concordat_feed_import_total",
      help: "Polls of a feed, by issuer and by what became of them.",
      labelNames: ["feed", "result"],
      registers,
    });
    this.#notifications = new Counter({
      name: "concordat_notify_total",
      help: "Notifications, by sink and by what became of them.",
      labelNames: ["sink", "result"],
      registers,
    });
    this.#backups = new BackupMetrics(registers);
    this.#registerFeedGauges(registers);
    this.#registerExpiring(registers);
  }

  observe(event: ControllerEvent): void {
    switch (event.type) {
      case "run_started":
        return;
      case "phase":
        return this.#observePhase(event);
      case "run_finished":
        return this.#observeRun(event.run);
      case "condition":
        return this.#observeCondition(event.condition);
      case "drift_detected":
        return this.#drift.inc({ class: event.drift.class });
      case "drift_resolved":
        return this.#drift.dec({ class: event.class });
      case "refused":
        return event.guards.forEach((guard) => this.#refusals.inc({ guard: knownGuard(guard) }));
      case "feed":
        return this.#observeFeed(event.feed);
      case "backup":
        return this.#backups.observe(event);
      case "status":
        return this.#observeStatus(event.status);
    }
  }

  /** `sink` is a name of the settings. */
  countNotification(sink: string, result: string): void {
    this.#notifications.inc({ sink, result });
  }

  #observePhase({ phase, outcome, seconds }: PhaseEvent): void {
    this.#phaseSeconds.observe({ phase, outcome }, seconds);
    if (phase === "fetch") this.#git.inc({ op: "fetch", result: outcome });
  }

  #observeRun({ outcome, reason, changes }: Run): void {
    this.#runs.inc({ outcome, reason });
    this.#planChanges.set(changes);
  }

  #observeCondition({ type, status, reason }: Condition): void {
    for (const other of STATUSES)
      this.#conditions.set({ type, status: other }, other === status ? 1 : 0);
    if (type === "Suspended") this.#suspended.set(status === "True" ? 1 : 0);
    if (type === "Frozen") this.#frozen.set(status === "True" ? 1 : 0);
    if (reason === "LeaseLost") this.#leaseHeld.set(0);
  }

  #observeFeed(feed: FeedStatus): void {
    this.#feeds = new Map([...this.#feeds, [feed.issuer_sovereign_id, feed]]);
    if (feed.result !== null)
      this.#feedImports.inc({ feed: feed.issuer_sovereign_id, result: feed.result });
  }

  #observeStatus(status: ControllerStatus): void {
    // Only the holder of the writer's lock gives a status.
    this.#leaseHeld.set(status.conditions.some(({ reason }) => reason === "LeaseLost") ? 0 : 1);
    for (const condition of status.conditions) this.#observeCondition(condition);
    // One series: the commit that was applied before is gone.
    this.#appliedCommit.reset();
    if (status.applied_commit !== null)
      this.#appliedCommit.set({ commit: status.applied_commit }, 1);
    if (status.last_success_at !== null)
      this.#lastSuccess.set(epochSeconds(toInstant(status.last_success_at)));
    this.#observeDrift(status);
    this.#feeds = new Map(status.feeds.map((feed) => [feed.issuer_sovereign_id, feed]));
    this.#lapsing = status.lapsing;
  }

  /** A status lists the first hundred; where there are more, the events alone count. */
  #observeDrift({ drift, drift_count }: ControllerStatus): void {
    if (drift.length !== drift_count) return;
    for (const name of DRIFT_CLASSES)
      this.#drift.set({ class: name }, drift.filter((one) => one.class === name).length);
  }

  #registerFeedGauges(registers: Registry[]): void {
    const feeds = (): Iterable<FeedStatus> => this.#feeds.values();
    const now = this.#clock;
    new Gauge({
      name: "concordat_feed_age_seconds",
      help: "Time since the newest feed that verified was signed, by issuer.",
      labelNames: ["feed"],
      registers,
      collect() {
        this.reset();
        for (const { issuer_sovereign_id: feed, issued_at } of feeds()) {
          if (issued_at !== null) this.set({ feed }, secondsBetween(toInstant(issued_at), now()));
        }
      },
    });
    new Gauge({
      name: "concordat_feed_sequence",
      help: "Highest sequence that was imported, by issuer.",
      labelNames: ["feed"],
      registers,
      collect() {
        this.reset();
        for (const { issuer_sovereign_id: feed, sequence } of feeds())
          if (sequence !== null) this.set({ feed }, sequence);
      },
    });
  }

  #registerExpiring(registers: Registry[]): void {
    const lapsing = (): readonly Lapsing[] => this.#lapsing;
    const now = this.#clock;
    new Gauge({
      name: "concordat_expiring_objects",
      help: "Objects that end within a time, by kind; of the hundred that end first.",
      labelNames: ["kind", "within"],
      registers,
      collect() {
        this.reset();
        for (const { kind, expires_at } of lapsing()) {
          const left = secondsBetween(now(), toInstant(expires_at));
          for (const [within, seconds] of HORIZONS) if (left <= seconds) this.inc({ kind, within });
        }
      },
    });
  }
}

/** A guard is the name of a gate or the code of an error. */
function knownGuard(guard: string): string {
  return GATES.includes(guard) || Object.hasOwn(ERRORS, guard) ? guard : "other";
}

function epochSeconds(instant: Instant): number {
  return Number(instant / 1_000_000n);
}
