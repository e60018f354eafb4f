/** The metrics of the schedule of backups. Without one they stay 0, the interval among them. */
import { Counter, Gauge, type Registry } from "prom-client";
import type { BackupEvent } from "../model/backup.js";
import { toInstant } from "../protocol/instant.js";

export class BackupMetrics {
  readonly #lastSuccess: Gauge;
  readonly #failures: Counter;
  readonly #bytes: Gauge;
  readonly #seconds: Gauge;
  readonly #interval: Gauge;

  constructor(registers: Registry[]) {
    this.#lastSuccess = new Gauge({
      name: "concordat_backup_last_success_timestamp_seconds",
      help: "When the newest scheduled backup that was read back was made; 0: there is none.",
      registers,
    });
    this.#failures = new Counter({
      name: "concordat_backup_failures_total",
      help: "Scheduled backups that failed.",
      registers,
    });
    this.#bytes = new Gauge({
      name: "concordat_backup_size_bytes",
      help: "Size of the newest scheduled backup.",
      registers,
    });
    this.#seconds = new Gauge({
      name: "concordat_backup_duration_seconds",
      help: "How long the last scheduled backup took, its reading back included.",
      registers,
    });
    this.#interval = new Gauge({
      name: "concordat_backup_interval_seconds",
      help: "How often a backup is scheduled; 0: never.",
      registers,
    });
  }

  observe({ made, failure, newest, every, seconds }: BackupEvent): void {
    this.#interval.set(every);
    if (failure !== null) this.#failures.inc();
    if (made) this.#seconds.set(seconds);
    if (newest === null) return;
    this.#lastSuccess.set(Number(toInstant(newest.at) / 1_000_000n));
    this.#bytes.set(newest.bytes);
  }
}
