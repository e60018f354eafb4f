/** One worker for each foreign sovereign with a feed to poll: none waits for git, for another feed, or is waited for. */
import type { FeedStatus } from "../model/controller.js";
import type { SovereignRecord } from "../model/state.js";
import type { Instant } from "../model/time.js";
import type { Sleep } from "./wakes.js";

export interface FeedWorkersPorts {
  /** One poll; throws only when the state can no longer be written. */
  readonly poll: (sovereignId: string, signal: AbortSignal) => Promise<FeedStatus>;
  /** When the feed is to be polled next. */
  readonly next: (sovereignId: string) => Instant;
  readonly sleep: Sleep;
  readonly stopwatch: () => number;
  readonly polled: (feed: FeedStatus, seconds: number) => void;
  readonly failed: (cause: unknown) => void;
}

interface Worker {
  /** What it was started for: another address starts another worker. */
  readonly url: string;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export class FeedWorkers {
  readonly #ports: FeedWorkersPorts;
  readonly #workers = new Map<string, Worker>();

  constructor(ports: FeedWorkersPorts) {
    this.#ports = ports;
  }

  /** Starts workers for sovereigns that gained a feed, and stops those of sovereigns that lost it or moved it. */
  follow(sovereigns: readonly SovereignRecord[]): void {
    const urls = new Map(
      sovereigns.flatMap(({ sovereignId, feed }) =>
        feed.url === null || feed.suspend ? [] : [[sovereignId, feed.url] as const],
      ),
    );
    for (const [id, worker] of this.#workers) {
      if (urls.get(id) === worker.url) continue;
      worker.abort.abort();
      this.#workers.delete(id);
    }
    for (const [id, url] of urls) {
      if (this.#workers.has(id)) continue;
      const abort = new AbortController();
      this.#workers.set(id, { url, abort, ended: this.#work(id, abort.signal) });
    }
  }

  /** Ends once every poll under way has been given up. */
  async stop(): Promise<void> {
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    for (const { abort } of workers) abort.abort();
    await Promise.all(workers.map(({ ended }) => ended));
  }

  async #work(sovereignId: string, signal: AbortSignal): Promise<void> {
    const { poll, next, sleep, stopwatch, polled, failed } = this.#ports;
    try {
      while (!signal.aborted) {
        await sleep(next(sovereignId), signal);
        if (signal.aborted) return;
        const start = stopwatch();
        const feed = await poll(sovereignId, signal);
        if (!signal.aborted) polled(feed, (stopwatch() - start) / 1_000);
      }
    } catch (cause) {
      failed(cause);
    }
  }
}
