/** What is tortured: a piece of work in a process of its own, and how to see afterwards what came of it. */
import type { StateReader } from "../../src/state/reader.js";

/** What the files say of the operations of a scenario, by their numbers. */
export interface Survey {
  /** Whose change is there. */
  readonly changed: readonly number[];
  /** Whose entry is in the log. */
  readonly logged: readonly number[];
  /** What else is wrong. */
  readonly faults: readonly string[];
}

/** Called only after the operation has returned to its caller: from here on it may not be lost. */
export type Acknowledge = (operation: number, state: StateReader) => void;

export interface Scenario {
  readonly name: string;
  /** Numbered from 1, done in order. */
  readonly operations: number;
  /** Makes what the work begins with. */
  readonly prepare: (folder: string) => Promise<void>;
  /** Does every operation that is not done yet, for the process before may have died in the middle. */
  readonly work: (folder: string, acknowledge: Acknowledge) => Promise<void>;
  /** Looks at the state that a new process has opened. */
  readonly survey: (folder: string, state: StateReader) => Survey;
  /** What finishes by itself before the state is opened; left out: nothing does. */
  readonly recover?: (folder: string) => Promise<void>;
}
