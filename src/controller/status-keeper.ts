/** Keeps the status: learns it from the state, tells listeners what is new in it, and stores it for the next process. */
import { AppError } from "../errors.js";
import type { Condition, ConditionType, ControllerStatus, Run } from "../model/controller.js";
import type { Instant } from "../model/time.js";
import { fromInstant } from "../protocol/instant.js";
import { feedsFresh, type Judgements } from "./conditions.js";
import type { CurrentState } from "./current-state.js";
import type { ControllerPorts } from "./ports.js";
import { lastingPart, StatusBook, type Facts } from "./status-book.js";

export class StatusKeeper {
  readonly #ports: ControllerPorts;
  readonly #state: CurrentState;
  readonly #book: StatusBook;
  /** What the state has of it. */
  #stored = "";

  constructor(ports: ControllerPorts, state: CurrentState) {
    const { source, ref, version, writer, clock } = ports;
    this.#ports = ports;
    this.#state = state;
    const identity = { version, source: { repo: source.display, ref } };
    this.#book = new StatusBook(identity, writer.status(), fromInstant(clock()));
    this.learnState(clock());
  }

  get current(): ControllerStatus {
    return this.#book.current;
  }

  condition(type: ConditionType): Condition | undefined {
    return this.#book.condition(type);
  }

  learn(facts: Facts, now: Instant): void {
    this.#book.learn(facts, fromInstant(now));
  }

  /** What the state itself says, after it may have changed. */
  learnState(now: Instant): void {
    const { writer, feeds } = this.#ports;
    const snapshot = this.#state.snapshot();
    const facts = {
      appliedCommit: snapshot.applied?.commit ?? null,
      trustedCommit: writer.trusted()?.commit ?? null,
      generation: snapshot.generation,
      stateDigest: snapshot.digest,
      drift: writer.openDrift(),
      suspension: writer.suspension(),
      feeds: feeds.statuses(now),
    };
    this.learn(facts, now);
  }

  judge(judgements: Judgements, now: Instant): void {
    for (const transition of this.#book.judge(judgements, fromInstant(now)))
      this.#ports.observe({ type: "condition", ...transition });
  }

  judgeFeeds(now: Instant): void {
    const feeds = this.#ports.feeds.statuses(now);
    this.learn({ feeds }, now);
    this.judge({ FeedsFresh: feedsFresh(feeds) }, now);
  }

  /** Gives the run with its count of equal ones. */
  record(run: Run, now: Instant): Run {
    const counted = this.#book.record(run, fromInstant(now));
    this.#ports.observe({ type: "run_finished", run: counted });
    return counted;
  }

  /** Told, and not stored: it is known anew after each start. */
  schedule(next: Instant): void {
    this.#book.schedule(fromInstant(next));
    this.#ports.observe({ type: "status", status: this.current });
  }

  /** Tells listeners the status, and stores it when it says something else than what is stored. */
  tell(): ControllerStatus {
    const status = this.current;
    this.#ports.observe({ type: "status", status });
    const said = lastingPart(status);
    if (said !== this.#stored && this.#store(status)) this.#stored = said;
    return status;
  }

  /** False while another program is writing the file: the next look stores it. */
  #store(status: ControllerStatus): boolean {
    try {
      this.#ports.writer.note([{ do: "put_status", json: JSON.stringify(status) }], []);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === "lock_held") return false;
      throw error;
    }
  }
}
