/** Follows one source and keeps the state equal to it: one pass at a time, each with its run, conditions and events. */
import { auditEvent } from "../audit/events.js";
import type {
  Controls,
  ControllerStatus,
  FeedStatus,
  ResumeRequest,
  Run,
  RunRequest,
  SuspendRequest,
  Trigger,
} from "../model/controller.js";
import type { JsonObject } from "../model/json.js";
import type { AuditEvent, AuditEventType, SovereignRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { NO_ALLOWANCES } from "../plan/gates.js";
import { fromInstant, toInstant } from "../protocol/instant.js";
import { Revisions } from "../revision/revisions.js";
import { feedsFresh, suspended, type Judgements } from "./conditions.js";
import { refreshOwnFeed } from "../feeds/own-feed-refresh.js";
import { runPass, type Memo, type PassRequest, type PassResult, type PassTools } from "./pass.js";
import { PassRecord } from "./pass-record.js";
import type { ControllerPorts } from "./ports.js";
import { CurrentState } from "./current-state.js";
import { refusalOf, type Refusal } from "./refusal.js";
import { nextRun, type Next } from "./schedule.js";
import { lastingPart, StatusBook, type Facts } from "./status-book.js";
import { judgeFailure, judgeSuccess } from "./verdict.js";

const CONVERGING_PASSES = 3;

const ORDINARY: PassRequest = { by: null, allowances: NO_ALLOWANCES, acceptHistory: null };

export class Controller implements Controls {
  readonly #ports: ControllerPorts;
  readonly #tools: PassTools;
  readonly #state: CurrentState;
  readonly #book: StatusBook;
  /** One thing at a time: passes, requests of operators, and what feeds report. */
  #turn: Promise<unknown> = Promise.resolve();
  #memo: Memo | null = null;
  /** What the last pass that came to an end said; a pass that finds nothing new says it again. */
  #settled: Judgements = {};
  /** Failures in a row that are tried again. */
  #failures = 0;
  /** Passes in a row that have applied something. */
  #applies = 0;
  #persisted = "";

  constructor(ports: ControllerPorts) {
    const { source, ref, version, writer, clock } = ports;
    this.#ports = ports;
    this.#state = new CurrentState(writer);
    this.#tools = { ports, state: this.#state, revisions: new Revisions(source, ports.limits) };
    const identity = { version, source: { repo: source.display, ref } };
    this.#book = new StatusBook(identity, writer.status(), fromInstant(clock()));
    this.#learnState();
  }

  async status(): Promise<ControllerStatus> {
    return this.#book.current;
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

  async suspend({ by, reason, until }: SuspendRequest): Promise<ControllerStatus> {
    return await this.#exclusively(async () => {
      const now = this.#ports.clock();
      const suspension = { by, reason, until, since: fromInstant(now) };
      const event = this.#event("reconcile_suspended", { by, reason, until }, now);
      this.#ports.writer.note([{ do: "suspend", suspension }], [event]);
      this.#learn({ suspension }, now);
      this.#judge({ Suspended: suspended(suspension) }, now);
      return this.#tell();
    });
  }

  /** Lifts a suspension. With `acceptHistory` it also runs once, and goes on from the head that stands rewritten. */
  async resume({ by, reason, acceptHistory }: ResumeRequest): Promise<ControllerStatus> {
    return await this.#exclusively(async () => {
      const now = this.#ports.clock();
      if (this.#ports.writer.suspension() !== null) this.#lift({ by, reason, expired: false }, now);
      this.#memo = null;
      const halted = this.#book.condition("Ready")?.reason === "HistoryRewritten";
      const commit = halted ? this.#book.current.observed_commit : null;
      const accepting = acceptHistory ? { by, reason: reason ?? "", commit } : null;
      await this.#run("request", { ...ORDINARY, by, acceptHistory: accepting });
      return this.#book.current;
    });
  }

  /** What a poll has found. */
  async feedPolled(feed: FeedStatus, seconds: number): Promise<void> {
    this.#ports.observe({ type: "feed", feed, seconds });
    await this.#exclusively(async () => this.#judgeFeeds(this.#ports.clock()));
  }

  /** The next moment to run at, if nothing wakes the controller before. */
  schedule(): Next {
    const { clock, interval, chance } = this.#ports;
    const now = clock();
    const until = this.#book.current.suspension?.until ?? null;
    const due = until === null ? this.#due(now) : toInstant(until);
    const next = nextRun({ now, interval, failures: this.#failures, due, chance: chance() });
    this.#book.schedule(fromInstant(next.at));
    return next;
  }

  /** What was applied is looked at again at once, a few times: the state then equals the commit, or the run says why not. */
  #due(now: Instant): Instant | null {
    const isConverging = this.#applies > 0 && this.#applies <= CONVERGING_PASSES;
    return isConverging ? now : (this.#memo?.due ?? null);
  }

  async #run(trigger: Trigger, request: PassRequest): Promise<Run> {
    const { clock, observe, writer } = this.#ports;
    const record = new PassRecord(this.#ports, trigger);
    observe({ type: "run_started", run: record.id, trigger });
    const start = clock();
    this.#expire(start);
    if (writer.suspension() !== null) {
      return this.#finish(record.suspended(), start);
    }
    try {
      const result = await runPass(this.#tools, this.#memo, request, record);
      await this.#refreshFeed();
      return this.#succeed(record, result);
    } catch (thrown) {
      return this.#refuse(record, refusalOf(thrown), thrown);
    }
  }

  #succeed(record: PassRecord, result: PassResult | null): Run {
    const now = this.#ports.clock();
    this.#failures = 0;
    this.#applies = result?.applied == null ? 0 : this.#applies + 1;
    this.#learnPass(record, now);
    if (result === null) {
      this.#judge(this.#settled, now);
      this.#judgeFeeds(now);
      return this.#finish(record.unchanged(), now);
    }
    this.#memo = result.applied === null ? record.memo() : null;
    this.#learnState();
    this.#settled = judgeSuccess(record, this.#book.current.drift_count, now);
    this.#judge(this.#settled, now);
    this.#judgeFeeds(now);
    return this.#finish(record.succeeded(result), now);
  }

  #refuse(record: PassRecord, refusal: Refusal, thrown: unknown): Run {
    const { clock, writer, observe } = this.#ports;
    const now = clock();
    if (refusal.persistence === "fatal") throw thrown;
    this.#applies = 0;
    this.#failures = refusal.persistence === "transient" ? this.#failures + 1 : 0;
    this.#memo = refusal.persistence === "permanent" ? record.memo() : null;
    this.#learnPass(record, now);
    this.#learnState();
    const isNews = this.#isNews(record, refusal);
    const judgements = judgeFailure(record, refusal, this.#book.current.drift_count, now);
    if (refusal.persistence === "permanent") this.#settled = judgements;
    this.#judge(judgements, now);
    this.#judgeFeeds(now);
    if (isNews) {
      const { reason, message, guards } = refusal;
      const commit = record.head?.commit ?? null;
      observe({ type: "refused", commit, reason, message, guards });
      if (refusal.persistence === "permanent") {
        const details = { commit, reason, guards, message, run: record.id };
        writer.note([], [this.#event("reconcile_refused", details, now)]);
      }
    }
    return this.#finish(record.refused(refusal), now);
  }

  /** The same refusal of the same commit is told and recorded once. */
  #isNews(record: PassRecord, { reason, message }: Refusal): boolean {
    const ready = this.#book.condition("Ready");
    const [last] = this.#book.current.runs;
    return (
      ready?.status !== "False" ||
      ready.reason !== reason ||
      ready.message !== message ||
      last?.commit !== (record.head?.commit ?? null)
    );
  }

  #finish(run: Run, now: Instant): Run {
    const counted = this.#book.record(run, fromInstant(now));
    this.#ports.observe({ type: "run_finished", run: counted });
    this.#tell();
    return counted;
  }

  /** Partners judge our feed by its age; a sovereign that revokes nothing has to say so from time to time. */
  async #refreshFeed(): Promise<void> {
    const { writer, key, clock, random, feedRefresh, publish } = this.#ports;
    const generation = refreshOwnFeed(writer, {
      key,
      now: clock(),
      random,
      refreshSeconds: feedRefresh,
    });
    if (generation !== null) await publish(generation);
  }

  #expire(now: Instant): void {
    const suspension = this.#ports.writer.suspension();
    if (suspension?.until == null || toInstant(suspension.until) > now) return;
    this.#lift({ by: suspension.by, reason: null, expired: true }, now);
  }

  #lift(details: { by: string; reason: string | null; expired: boolean }, now: Instant): void {
    const event = this.#event("reconcile_resumed", details, now);
    this.#ports.writer.note([{ do: "resume" }], [event]);
    this.#learn({ suspension: null }, now);
    this.#judge({ Suspended: suspended(null) }, now);
  }

  #learnPass(record: PassRecord, now: Instant): void {
    const { head, plan } = record;
    this.#learn(
      {
        ...(head === null ? {} : { head }),
        ...(plan === null ? {} : { attemptedCommit: plan.source.commit, lapsing: plan.lapsing }),
      },
      now,
    );
  }

  /** What the state itself says, after it may have changed. */
  #learnState(): void {
    const { writer, clock, feeds } = this.#ports;
    const now = clock();
    const snapshot = this.#state.snapshot();
    this.#learn(
      {
        appliedCommit: snapshot.applied?.commit ?? null,
        trustedCommit: writer.trusted()?.commit ?? null,
        generation: snapshot.generation,
        stateDigest: snapshot.digest,
        drift: writer.openDrift(),
        suspension: writer.suspension(),
        feeds: feeds.statuses(now),
      },
      now,
    );
  }

  #judgeFeeds(now: Instant): void {
    const feeds = this.#ports.feeds.statuses(now);
    this.#learn({ feeds }, now);
    this.#judge({ FeedsFresh: feedsFresh(feeds) }, now);
    this.#tell();
  }

  #learn(facts: Facts, now: Instant): void {
    this.#book.learn(facts, fromInstant(now));
  }

  #judge(judgements: Judgements, now: Instant): void {
    for (const transition of this.#book.judge(judgements, fromInstant(now)))
      this.#ports.observe({ type: "condition", ...transition });
  }

  /** Tells listeners the status, and keeps it for the next process when it says something else than before. */
  #tell(): ControllerStatus {
    const status = this.#book.current;
    this.#ports.observe({ type: "status", status });
    const said = lastingPart(status);
    if (said !== this.#persisted) {
      this.#ports.writer.note([{ do: "put_status", json: JSON.stringify(status) }], []);
      this.#persisted = said;
    }
    return status;
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
