/** Runs a controller until it is stopped: passes, wake-ups, and the workers of the feeds. */
import { AppError } from "../errors.js";
import type { Trigger } from "../model/controller.js";
import type { Instant } from "../model/time.js";
import { plusSeconds, toInstant } from "../protocol/instant.js";
import type { Controller } from "./controller.js";
import { FeedWorkers } from "./feed-workers.js";
import type { ControllerPorts } from "./ports.js";
import { Wakes, type Sleep } from "./wakes.js";

export interface LoopPorts {
  readonly controller: Controller;
  readonly ports: ControllerPorts;
  readonly sleep: Sleep;
}

const IDLE_SECONDS = 60;

export class Loop {
  readonly #controller: Controller;
  readonly #ports: ControllerPorts;
  readonly #wakes: Wakes;
  readonly #workers: FeedWorkers;
  #unwatch: (() => Promise<void>) | null = null;
  readonly #failure = Promise.withResolvers<never>();

  constructor({ controller, ports, sleep }: LoopPorts) {
    const { clock, feeds, stopwatch } = ports;
    this.#controller = controller;
    this.#ports = ports;
    this.#wakes = new Wakes(clock, sleep);
    this.#workers = new FeedWorkers({
      poll: async (sovereignId, signal) => await feeds.poll(sovereignId, signal),
      next: (sovereignId) => this.#nextPoll(sovereignId),
      sleep,
      stopwatch,
      polled: (feed, seconds) => {
        controller.feedPolled(feed, seconds);
        // What was imported is part of the state that the next pass looks at.
        if (feed.result === "imported") this.#wakes.wake("state");
      },
      failed: this.#failure.reject,
    });
    // Whoever runs the loop hears of it; until then it is nobody's.
    this.#failure.promise.catch(() => {});
  }

  wake(trigger: Trigger): void {
    this.#wakes.wake(trigger);
  }

  /** Ends the loop as a pass that cannot go on would. */
  fail(cause: unknown): void {
    this.#failure.reject(cause);
  }

  /** The pass under way comes to its end; a fetch under way is given up. */
  async stop(): Promise<void> {
    this.#wakes.stop();
    this.#controller.stop();
    await this.#ports.source.stop();
    await this.#workers.stop();
  }

  /** Ends when stopped. Throws when the state can no longer be written. */
  async run(): Promise<void> {
    let trigger: Trigger | null = "start";
    try {
      while (trigger !== null && !this.#wakes.stopped) {
        await this.#watch();
        await this.#or(this.#controller.pass(trigger));
        this.#workers.follow(this.#controller.sovereigns());
        const next = this.#controller.schedule();
        trigger = await this.#or(this.#wakes.next(next.at, next.trigger));
      }
    } finally {
      await this.#unwatch?.();
      await this.#workers.stop();
    }
  }

  /** A source that is not there yet is looked for again before each pass; the pass says what is wrong with it. */
  async #watch(): Promise<void> {
    if (this.#unwatch !== null) return;
    try {
      this.#unwatch = await this.#ports.source.watch(() => this.#wakes.wake("refs"));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  #nextPoll(sovereignId: string): Instant {
    const { feeds, clock } = this.#ports;
    const now = clock();
    const feed = feeds.statuses(now).find((status) => status.issuer_sovereign_id === sovereignId);
    const next = feed?.next_poll_at ?? null;
    // Suspended since its worker was started; the next pass stops the worker.
    return next === null ? plusSeconds(now, IDLE_SECONDS) : toInstant(next);
  }

  /** A worker that cannot write the state ends the loop as a pass would. */
  async #or<T>(work: Promise<T>): Promise<T> {
    return await Promise.race([work, this.#failure.promise]);
  }
}
