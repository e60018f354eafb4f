/** Follows one source and keeps the state equal to it: one pass at a time, each with its run, conditions and events. */
import { auditEvent } from "../audit/events.js";
import { AppError } from "../errors.js";
import type { AdminReply, AdminRequest, LocalAnswer, LocalRequest } from "../model/admin.js";
import type { AuditEvent, AuditEventType } from "../model/audit.js";
import type {
  Controls,
  ControllerStatus,
  FeedStatus,
  Occurrence,
  ResumeRequest,
  Run,
  RunRequest,
  SuspendRequest,
  Trigger,
} from "../model/controller.js";
import type { JsonObject } from "../model/json.js";
import type { SovereignRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { NO_ALLOWANCES } from "../plan/gates.js";
import { fromInstant, toInstant } from "../protocol/instant.js";
import { Revisions } from "../revision/revisions.js";
import { readiness, suspended, type Judgements } from "./conditions.js";
import { refreshFeed, refreshFeedAnyway } from "./own-feed.js";
import { runPass, type Memo, type PassRequest, type PassResult, type PassTools } from "./pass.js";
import { PassRecord } from "./pass-record.js";
import type { ControllerPorts } from "./ports.js";
import { CurrentState } from "./current-state.js";
import { refusalOf, type Refusal } from "./refusal.js";
import { actLocally, answerAdmin, recordOccurrences } from "./requests.js";
import { nextRun, type Next } from "./schedule.js";
import { onceEach } from "./publishing.js";
import { isNewRefusal, lastVerdict } from "./status-book.js";
import { StatusKeeper } from "./status-keeper.js";
import { judgeFailure, judgeSuccess } from "./verdict.js";

const CONVERGING_PASSES = 3;
const ORDINARY: PassRequest = { by: null, allowances: NO_ALLOWANCES, acceptHistory: null };

export class Controller implements Controls {
  readonly #ports: ControllerPorts;
  readonly #tools: PassTools;
  readonly #state: CurrentState;
  readonly #status: StatusKeeper;
  /** One pass at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #memo: Memo | null = null;
  /** What the last pass that came to an end said; a pass that finds nothing new says it again. */
  #settled: Judgements = {};
  /** Failures in a row that are tried again. */
  #failures = 0;
  /** Passes in a row that have applied something. */
  #applies = 0;
  #isStopping = false;
  /** The head that was found to rewrite history, while it stands so. */
  #rewritten: string | null;

  constructor(given: ControllerPorts) {
    const { source, limits, writer } = given;
    const ports = { ...given, publish: onceEach(given.publish, writer.generation()) };
    this.#ports = ports;
    this.#state = new CurrentState(writer);
    this.#tools = { ports, state: this.#state, revisions: new Revisions(source, limits) };
    this.#status = new StatusKeeper(ports, this.#state);
    const last = lastVerdict(this.#status.current.runs);
    this.#rewritten = last?.reason === "HistoryRewritten" ? last.commit : null;
  }

  /** What is cut off from now on is no failure. */
  stop(): void {
    this.#isStopping = true;
  }

  async status(): Promise<ControllerStatus> {
    return this.#status.current;
  }

  /** The foreign sovereigns that the state knows, with their feeds. */
  sovereigns(): readonly SovereignRecord[] {
    return this.#state.snapshot().sovereigns;
  }

  /** One pass. Never throws for what git or a plan says: the run says it. Throws when the state can no longer be written. */
  async pass(trigger: Trigger): Promise<Run> {
    return await this.#exclusively(async () => await this.#run(trigger, ORDINARY));
  }

  async reconcile({ by, allowRemovals, allowLostPaths }: RunRequest): Promise<Run> {
    const allowances = { removals: allowRemovals, lostPaths: allowLostPaths };
    return await this.#exclusively(async () => {
      // Whoever asks wants it looked at again, whatever was found before.
      this.#memo = null;
      return await this.#run("request", { by, allowances, acceptHistory: null });
    });
  }

  /** Counts at once, also for the pass under way: nothing is applied after it. */
  async suspend({ by, reason, until }: SuspendRequest): Promise<ControllerStatus> {
    const now = this.#ports.clock();
    const suspension = { by, reason, until, since: fromInstant(now) };
    const event = this.#event("reconcile_suspended", { by, reason, until }, now);
    this.#ports.writer.note([{ do: "suspend", suspension }], [event]);
    this.#status.learn({ suspension }, now);
    this.#status.judge({ Suspended: suspended(suspension) }, now);
    return this.#status.tell();
  }

  /** Lifts a suspension, and runs once. With `acceptHistory` it goes on from the head that stands rewritten. */
  async resume({ by, reason, acceptHistory }: ResumeRequest): Promise<ControllerStatus> {
    return await this.#exclusively(async () => {
      if (this.#ports.writer.suspension() !== null)
        this.#lift({ by, reason, expired: false }, this.#ports.clock());
      this.#memo = null;
      const accepted = { by, reason: reason ?? "", commit: this.#rewritten };
      await this.#run("request", {
        ...ORDINARY,
        by,
        acceptHistory: acceptHistory ? accepted : null,
      });
      return this.#status.current;
    });
  }

  async admin(request: AdminRequest): Promise<AdminReply> {
    return answerAdmin(this.#ports, request);
  }

  async act(request: LocalRequest): Promise<LocalAnswer> {
    return actLocally(this.#ports, request);
  }

  async record(events: readonly Occurrence[]): Promise<void> {
    recordOccurrences(this.#ports, events);
  }

  /** What a poll has found. Waits for no pass: a source that does not answer is no matter of the feed's. */
  feedPolled(feed: FeedStatus, seconds: number): void {
    this.#ports.observe({ type: "feed", feed, seconds });
    this.#status.judgeFeeds(this.#ports.clock());
    this.#status.tell();
  }

  /** The next moment to run at, if nothing wakes the controller before. */
  schedule(): Next {
    const { clock, interval, chance } = this.#ports;
    const now = clock();
    const due = this.#due(now);
    const next = nextRun({ now, interval, failures: this.#failures, due, chance: chance() });
    this.#status.schedule(next.at);
    return next;
  }

  #due(now: Instant): Instant | null {
    const { suspension } = this.#status.current;
    if (suspension !== null) return suspension.until === null ? null : toInstant(suspension.until);
    // What was applied is looked at again at once, a few times: the state then equals the commit, or the run says why not.
    const isConverging = this.#applies > 0 && this.#applies <= CONVERGING_PASSES;
    return isConverging ? now : (this.#memo?.due ?? null);
  }

  async #run(trigger: Trigger, request: PassRequest): Promise<Run> {
    const record = new PassRecord(this.#ports, trigger);
    try {
      return await this.#attempt(record, trigger, request);
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      // Somebody else was writing the state just when the books were to be: what was not written is found again.
      if (!(thrown instanceof AppError) || refusal.persistence !== "transient") throw thrown;
      this.#failures += 1;
      const now = this.#ports.clock();
      this.#status.judge(readiness("retrying", refusal.reason, refusal.message), now);
      return this.#finish(record.refused(refusal), now);
    }
  }

  async #attempt(record: PassRecord, trigger: Trigger, request: PassRequest): Promise<Run> {
    const { clock, observe, publish, writer } = this.#ports;
    observe({ type: "run_started", run: record.id, trigger });
    const start = clock();
    this.#expire(start);
    if (writer.suspension() !== null) return await this.#suspend(record, start);
    let result: PassResult | null;
    try {
      result = await runPass(this.#tools, this.#memo, request, record);
      await refreshFeed(this.#ports);
      // What operators and feeds brought since, without a pass, is built before somebody asks for it.
      await publish(writer.generation());
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === "reconcile_suspended")
        return await this.#suspend(record, clock());
      await refreshFeedAnyway(this.#ports);
      return this.#refuse(record, refusalOf(thrown), thrown);
    }
    return this.#succeed(record, result);
  }

  async #suspend(record: PassRecord, now: Instant): Promise<Run> {
    await refreshFeedAnyway(this.#ports);
    this.#judge({}, now);
    return this.#finish(record.suspended(), now);
  }

  #succeed(record: PassRecord, result: PassResult | null): Run {
    const now = this.#ports.clock();
    this.#failures = 0;
    this.#applies = result === null || result.applied === null ? 0 : this.#applies + 1;
    this.#learn(record, now);
    if (result === null) {
      this.#judge(this.#settled, now);
      return this.#finish(record.unchanged(), now);
    }
    this.#memo = result.applied === null ? record.memo() : null;
    this.#rewritten = null;
    this.#status.learnState(now);
    this.#settled = judgeSuccess(record, this.#status.current.drift_count, now);
    this.#judge(this.#settled, now);
    return this.#finish(record.succeeded(result), now);
  }

  #refuse(record: PassRecord, refusal: Refusal, thrown: unknown): Run {
    const { persistence, reason } = refusal;
    if (persistence === "fatal") throw thrown;
    const isPermanent = persistence === "permanent";
    // A fetch that was given up says nothing about the source.
    if (this.#isStopping && !isPermanent) return record.refused(refusal);
    const now = this.#ports.clock();
    this.#applies = 0;
    this.#failures = isPermanent ? 0 : this.#failures + 1;
    // Until the refusal stands in the audit, the same inputs are looked at again.
    this.#memo = null;
    if (reason === "HistoryRewritten") this.#rewritten = record.head?.commit ?? null;
    const run = record.refused(refusal);
    if (isNewRefusal(this.#status.current.runs, run)) this.#tellRefusal(record, refusal, now);
    this.#learn(record, now);
    this.#status.learnState(now);
    const judgements = judgeFailure(record, refusal, this.#status.current.drift_count, now);
    if (isPermanent) {
      this.#settled = judgements;
      this.#memo = record.memo();
    }
    this.#judge(judgements, now);
    return this.#finish(run, now);
  }

  #tellRefusal(record: PassRecord, refusal: Refusal, now: Instant): void {
    const { persistence, reason, message, guards } = refusal;
    const commit = record.head?.commit ?? null;
    // Before anything else: what was refused for good stands in the audit, or is found again.
    if (persistence === "permanent") {
      const details = { commit, reason, guards, message, run: record.id };
      this.#ports.writer.note([], [this.#event("reconcile_refused", details, now)]);
    }
    this.#ports.observe({ type: "refused", commit, reason, message, guards });
  }

  #finish(run: Run, now: Instant): Run {
    const counted = this.#status.record(run, now);
    this.#status.tell();
    return counted;
  }

  #expire(now: Instant): void {
    const suspension = this.#ports.writer.suspension();
    if (suspension === null || suspension.until === null) return;
    if (toInstant(suspension.until) > now) return;
    this.#lift({ by: suspension.by, reason: null, expired: true }, now);
  }

  #lift(details: { by: string; reason: string | null; expired: boolean }, now: Instant): void {
    const event = this.#event("reconcile_resumed", details, now);
    this.#ports.writer.note([{ do: "resume" }], [event]);
    this.#status.learn({ suspension: null }, now);
    this.#status.judge({ Suspended: suspended(null) }, now);
  }

  #learn({ head, plan }: PassRecord, now: Instant): void {
    if (head !== null) this.#status.learn({ head }, now);
    if (plan === null) return;
    const { lapsing, source } = plan;
    this.#status.learn({ attemptedCommit: source.commit, lapsing }, now);
  }

  #judge(judgements: Judgements, now: Instant): void {
    // Somebody may have suspended in the middle of the pass.
    const suspension = this.#ports.writer.suspension();
    this.#status.learn({ suspension }, now);
    this.#status.judge({ ...judgements, Suspended: suspended(suspension) }, now);
    this.#status.judgeFeeds(now);
  }

  #event(type: AuditEventType, details: JsonObject, now: Instant): AuditEvent {
    return auditEvent(type, details, now, this.#ports.random(16));
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return await turn;
  }
}
