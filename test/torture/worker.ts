/** The process that is killed: does the work of one scenario in one folder, and says `ack` after each operation. */
import { spawn } from "node:child_process";
import { readFileSync, writeSync } from "node:fs";
import { loadScenario } from "./scenarios.js";
import type { StateReader } from "../../src/state/reader.js";
import { acknowledgement } from "./acknowledgement.js";
import { TRACED } from "./worker-environment.ts";

/** Straight to the descriptor: what was printed has left the process, whatever happens to it next. */
function acknowledge(operation: number, state: StateReader): void {
  writeSync(1, acknowledgement(operation, state));
}

function isTraced(): boolean {
  return !/^TracerPid:\t0$/m.test(readFileSync("/proc/self/status", "utf8"));
}

/** From here on, for a trace of node's own start would take longer than the work. */
async function beTraced(args: readonly string[]): Promise<void> {
  const tracer = spawn("strace", [...args, "-p", String(process.pid)], { stdio: "ignore" });
  tracer.unref();
  const until = Date.now() + 10_000;
  while (!isTraced()) {
    if (Date.now() > until) throw new Error("strace did not come");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const [name = "", folder = "", variant = ""] = process.argv.slice(2);
const scenario = await loadScenario(name);
if (variant !== "") (await import("./planted.js")).plant(variant);
const traced = process.env[TRACED];
if (traced !== undefined) await beTraced(JSON.parse(traced) as string[]);
await scenario.work(folder, acknowledge);
