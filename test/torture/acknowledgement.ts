/** What a worker prints after an operation has returned, and what the harness reads of it. */
import type { StateReader } from "../../src/state/reader.js";

export interface Acknowledged {
  /** The highest operation; 0 for none. */
  readonly operation: number;
  /** The heads of the log that stood behind the acknowledgements. */
  readonly heads: readonly { readonly size: number; readonly root: string }[];
  /** The processes that said so: each may have died between an operation and its acknowledgement. */
  readonly processes: number;
}

export function acknowledgement(operation: number, state: StateReader): string {
  const { size, root } = state.log().head();
  return `ack ${operation} ${size} ${Buffer.from(root).toString("base64")}\n`;
}

export function readAcknowledgements(output: string): Acknowledged {
  const lines = [...output.matchAll(/^ack (\d+) (\d+) (\S+)\n/gm)];
  return {
    operation: Math.max(0, ...lines.map((line) => Number(line[1]))),
    heads: lines.map((line) => ({ size: Number(line[2]), root: line[3] ?? "" })),
    processes: 1,
  };
}
