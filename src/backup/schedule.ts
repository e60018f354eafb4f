/** Makes backups for as long as the service runs, and tells how each went. */
import { AppError } from "../errors.js";
import type { BackupEvent, NewestBackup, ScheduledBackup } from "../model/backup.js";
import type { Instant, Seconds } from "../model/time.js";
import { plusSeconds } from "../protocol/instant.js";

/** After a failure it is tried again after this long, then twice as long, and so on. */
const FIRST_RETRY: Seconds = 60;
const LAST_RETRY: Seconds = 3_600;
/** How often a state is looked at that nothing was applied to. */
const NOTHING_YET: Seconds = 60;

export interface SchedulePorts {
  readonly every: Seconds;
  /** One look at the schedule, elsewhere than in this thread; given up when the signal comes. */
  readonly run: (now: Instant, signal: AbortSignal) => Promise<ScheduledBackup>;
  readonly observe: (event: BackupEvent) => void;
  readonly clock: () => Instant;
  /** Milliseconds of a clock that only rises. */
  readonly stopwatch: () => number;
  readonly sleep: (until: Instant, signal: AbortSignal) => Promise<void>;
}

export class BackupSchedule {
  readonly #ports: SchedulePorts;
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #newest: NewestBackup | null = null;
  #failures = 0;

  constructor(ports: SchedulePorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** A backup that is being made is given up; the next one clears up after it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const until = await this.#look(signal);
      await this.#ports.sleep(until, signal);
    }
  }

  /** When to look again. */
  async #look(signal: AbortSignal): Promise<Instant> {
    const { clock, every, run, stopwatch } = this.#ports;
    const begun = stopwatch();
    try {
      const { made, newest, removed, next } = await run(clock(), signal);
      this.#failures = 0;
      if (next === null) return plusSeconds(clock(), NOTHING_YET);
      this.#newest = newest;
      this.#tell({ made: made !== null, failure: null, removed: removed.length }, begun);
      return next;
    } catch (error) {
      // Stopped: it did not fail.
      if (signal.aborted) return clock();
      const failure =
        error instanceof AppError
          ? { code: error.code, message: error.message }
          : { code: "internal", message: String(error) };
      this.#tell({ made: false, failure, removed: 0 }, begun);
      const wait = Math.min(FIRST_RETRY * 2 ** this.#failures, LAST_RETRY, every);
      this.#failures += 1;
      return plusSeconds(clock(), wait);
    }
  }

  #tell(found: Pick<BackupEvent, "made" | "failure" | "removed">, begun: number): void {
    const { every, observe, stopwatch } = this.#ports;
    const seconds = (stopwatch() - begun) / 1_000;
    observe({ type: "backup", ...found, newest: this.#newest, every, seconds });
  }
}
