/** What a load asks, and what came of it: plain values, which go from one process to another. */
import { quantile } from "./row.js";

export interface Asked {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Job {
  readonly port: number;
  readonly requests: readonly Asked[];
  /** Each of them asks again once it was answered. */
  readonly connections: number;
  /** Whether the requests may be asked again, from the first, once all were. */
  readonly again: boolean;
  readonly warmUpMs: number;
  readonly forMs: number;
}

export interface Load {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p99: number;
  readonly answered: number;
}

export function loadOf(taken: readonly number[], elapsedMs: number): Load {
  return {
    perSecond: (taken.length * 1_000) / elapsedMs,
    p99: quantile(taken, 0.99),
    answered: taken.length,
  };
}
