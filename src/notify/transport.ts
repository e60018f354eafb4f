/** How deliveries reach the network and pass the time. */
import { setTimeout } from "node:timers/promises";

export interface Transport {
  /** Of one attempt. */
  readonly timeoutMs: number;
  /** PEM of the certificates to trust; null: the runtime's own. */
  readonly ca: string | null;
  /** Resolves after `ms`, or as soon as the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The runtime's own clock and certificates. */
export const TRANSPORT: Transport = {
  timeoutMs: 5_000,
  ca: null,
  sleep: async (ms, signal) => await setTimeout(ms, undefined, { signal }).catch(() => {}),
};
