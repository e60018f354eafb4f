/** Runs the work of a scenario in a process of its own, and says how it ended and what it had acknowledged. */
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readAcknowledgements, type Acknowledged } from "./acknowledgement.js";
import { FAILPOINT, FAILPOINT_LIST, TRACED } from "./worker-environment.ts";

const NAMES = new URL("../../bench/resolve.ts", import.meta.url).href;
const FAILPOINTS = new URL("./failpoints.ts", import.meta.url).href;
const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** Compiled code, kept between the workers. */
const CACHE = join(tmpdir(), `concordat-torture-cache-${process.getuid?.() ?? 0}`);
const PATIENCE_MS = 60_000;

export interface Orders {
  readonly scenario: string;
  readonly folder: string;
  readonly variant?: string;
  /** Die in front of this boundary. */
  readonly failpoint?: number;
  /** Write the names of the boundaries there. */
  readonly failpointList?: string;
  /** Arguments of strace. */
  readonly traced?: readonly string[];
}

export interface Ending {
  readonly acknowledged: Acknowledged;
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  /** The last lines of what it complained of. */
  readonly complaint: string;
}

export async function runWorker(orders: Orders): Promise<Ending> {
  const { scenario, folder, variant = "", failpoint, failpointList, traced } = orders;
  const hasFailpoints = failpoint !== undefined || failpointList !== undefined;
  const child = spawn(
    process.execPath,
    [
      "--import",
      NAMES,
      ...(hasFailpoints ? ["--import", FAILPOINTS] : []),
      WORKER,
      scenario,
      folder,
      variant,
    ],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"],
        NODE_COMPILE_CACHE: CACHE,
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_NOSYSTEM: "1",
        ...(failpoint !== undefined && { [FAILPOINT]: String(failpoint) }),
        ...(failpointList !== undefined && { [FAILPOINT_LIST]: failpointList }),
        ...(traced !== undefined && { [TRACED]: JSON.stringify(traced) }),
      },
    },
  );
  let output = "";
  let complaint = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const patience = setTimeout(() => child.kill("SIGTERM"), PATIENCE_MS);
  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (code, by) => resolve([code, by])),
  );
  clearTimeout(patience);
  const acknowledged = readAcknowledgements(output);
  return { acknowledged, signal, exitCode, complaint: complaint.slice(-2000) };
}
