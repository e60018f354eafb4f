/** How far the audit log goes, and how far it is signed. */
import { Gauge, type Registry } from "prom-client";
import { AppError } from "../errors.js";
import type { LogHead } from "../model/log.js";

/** `head` is asked at every scrape; a scrape never fails because of it. */
export function registerLogMetrics(registry: Registry, head: () => LogHead): void {
  const registers = [registry];
  const figure = (name: string, help: string, of: (head: LogHead) => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const known = headOrNull(head);
        if (known === null) this.reset();
        else this.set(of(known));
      },
    });
  figure("concordat_log_size", "Entries of the audit log.", ({ size }) => size);
  figure(
    "concordat_log_checkpoint_size",
    "Entries of the audit log under its newest signed checkpoint.",
    ({ checkpointSize }) => checkpointSize,
  );
}

function headOrNull(head: () => LogHead): LogHead | null {
  try {
    return head();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
