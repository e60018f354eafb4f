/** Counts the system calls that change files, kills or fails a worker at one of them, and records them with their data. */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TraceReader, type TracedCall } from "./trace.js";

/** A `?` in front: not every processor has each of them. */
const CHANGING = [
  "write",
  "pwrite64",
  "writev",
  "pwritev",
  "fsync",
  "fdatasync",
  "ftruncate",
  "fallocate",
  "copy_file_range",
  "sendfile",
  "unlink",
  "unlinkat",
  "rename",
  "renameat",
  "renameat2",
  "link",
  "linkat",
  "mkdir",
  "mkdirat",
  "openat",
];
/** Needed to know which file a descriptor is. */
const FOLLOWED = ["close", "dup", "dup2", "dup3"];

function traceOf(calls: readonly string[]): string {
  return `trace=${calls.map((call) => `?${call}`).join()}`;
}

export type DiskError = "EIO" | "ENOSPC";

/** One call, named as strace counts it: the `when`th of its name. */
export interface Boundary {
  readonly call: string;
  readonly when: number;
}

/** Why strace cannot be used here, or null. */
export function straceMissing(): string | null {
  if (process.platform !== "linux") return "there is no strace but on Linux";
  if (spawnSync("strace", ["-V"]).status !== 0) return "strace is not installed";
  const trial = spawn("sleep", ["10"], { stdio: "ignore" });
  // It goes on tracing until its time is over, unless it may not.
  const { status } = spawnSync("strace", ["-qq", "-o", "/dev/null", "-p", String(trial.pid)], {
    timeout: 500,
  });
  trial.kill("SIGKILL");
  return status === null ? null : "this process may not trace others";
}

/** Follows the threads too: some of the work is done by node's pool. */
const QUIETLY = ["-f", "-qq"];

/** Arguments that record every call, with its data, in `file`. */
export function recording(file: string): readonly string[] {
  const whole = ["-y", "-xx", "-s", "67108864"];
  return [...QUIETLY, ...whole, "-o", file, "-e", traceOf([...CHANGING, ...FOLLOWED])];
}

/** Arguments that kill the worker in front of the boundary. */
export function killingAt({ call, when }: Boundary): readonly string[] {
  return [...injecting(call, "/dev/null"), "-e", `inject=${call}:signal=SIGKILL:when=${when}`];
}

/** Arguments that fail the boundary with an error; `forever`: and every later call of its name. `file` says whether it did. */
export function failingAt(
  { call, when }: Boundary,
  error: DiskError,
  forever: boolean,
  file: string,
): readonly string[] {
  return [
    ...injecting(call, file),
    "-e",
    `inject=${call}:error=${error}:when=${when}${forever ? "+" : ""}`,
  ];
}

function injecting(call: string, file: string): readonly string[] {
  return [...QUIETLY, "-o", file, "-e", `trace=${call}`];
}

/** What was recorded, in order. */
export function readRecording(file: string): readonly TracedCall[] {
  return new TraceReader().read(readFileSync(file, "latin1"));
}

/** The boundaries at which a recorded worker changed files of `folder`. */
export function boundariesIn(calls: readonly TracedCall[], folder: string): readonly Boundary[] {
  const inside = join(folder, "/");
  const counts = new Map<string, number>();
  const boundaries: Boundary[] = [];
  for (const { thread, name, paths, flags } of calls) {
    if (!CHANGING.includes(name)) continue;
    // strace counts for each thread by itself.
    const key = `${thread} ${name}`;
    const when = (counts.get(key) ?? 0) + 1;
    counts.set(key, when);
    const changes = name !== "openat" || flags.includes("O_CREAT");
    if (changes && paths.some((path) => path.startsWith(inside)))
      boundaries.push({ call: name, when });
  }
  return boundaries;
}
