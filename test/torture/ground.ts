/** What can be done to a scenario: the boundaries that its work passes, counted once, and the run that was recorded. */
import { readFileSync, rmSync } from "node:fs";
import type { Fixtures } from "./fixture.js";
import { runWorker } from "./run-worker.js";
import type { Scenario } from "./scenario.js";
import { boundariesIn, readRecording, recording, type Boundary } from "./strace.js";
import type { TracedCall } from "./trace.js";

export interface Ground {
  readonly scenario: Scenario;
  readonly variant: string;
  /** Names of the boundaries of the portable build. */
  readonly failpoints: readonly string[];
  /** None where there is no strace. */
  readonly boundaries: readonly Boundary[];
  readonly calls: readonly TracedCall[];
  /** The folder that the recorded worker began with, and the one that it names in its calls. */
  readonly original: string;
  readonly recorded: string;
}

export async function explore(
  fixtures: Fixtures,
  scenario: Scenario,
  hasStrace: boolean,
  variant = "",
): Promise<Ground> {
  const orders = { scenario: scenario.name, variant };
  const counted = await fixtures.copy(scenario);
  const failpointList = `${counted}.failpoints`;
  await mustEnd(runWorker({ ...orders, folder: counted, failpointList }));
  const failpoints = readFileSync(failpointList, "utf8").split("\n");
  const original = await fixtures.copy(scenario);
  const recorded = await fixtures.copy(scenario);
  const found = { scenario, variant, failpoints, original, recorded };
  if (!hasStrace) return { ...found, boundaries: [], calls: [] };
  const trace = `${recorded}.trace`;
  await mustEnd(runWorker({ ...orders, folder: recorded, traced: recording(trace) }));
  const calls = readRecording(trace);
  rmSync(trace);
  return { ...found, calls, boundaries: boundariesIn(calls, recorded) };
}

/** Without a fault the work must come to its end. */
async function mustEnd(running: ReturnType<typeof runWorker>): Promise<void> {
  const { exitCode, signal, complaint } = await running;
  if (exitCode !== 0)
    throw new Error(`the work failed without a fault: ${signal ?? exitCode} ${complaint}`);
}
