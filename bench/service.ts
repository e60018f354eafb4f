/** The built program as a service: `concordat serve` in a process of its own, seen from outside. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ControllerStatus } from "../src/model/controller.js";
import { writeKeyPair } from "../src/sign/key-file.js";
import { keyOf, LIMITS, type Fixture } from "./fixture.js";

const PROGRAM = fileURLToPath(new URL("../bin/run.js", import.meta.url));
const BUILT = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const LOOK_EVERY_MS = 1;
const PATIENCE_MS = 120_000;

export interface Service {
  /** Asks it to look at git at once. */
  wake(): void;
  /** Ends once the commit is served. */
  served(commit: string): Promise<void>;
  /** Ends once it has looked at the commit again, and found nothing left to do. */
  settled(commit: string): Promise<void>;
  /** Resident. */
  megabytes(): number;
  /** Milliseconds of the phases of every pass that has applied something since the service was settled first. */
  phases(): readonly (readonly [phase: string, milliseconds: readonly number[]])[];
  stop(): Promise<void>;
}

/** Throws when the program is not built. */
export async function startService({ dir }: Fixture): Promise<Service> {
  if (!existsSync(BUILT)) throw new Error("the program is not built: npm run build");
  const folder = join(dir, ".concordat");
  const { privatePath } = writeKeyPair(join(folder, "authority"), "bench-1", keyOf("authority"));
  const config = join(folder, "bench.yaml");
  writeFileSync(
    config,
    `limits:\n  files: ${LIMITS.files}\n  totalBytes: ${LIMITS.totalBytes}\ninterval: 1h\n`,
  );
  const child = spawn(
    process.execPath,
    [PROGRAM, "serve", "--json", "--repo", dir, "--config", config, "--port", "0"].concat([
      "--authority-key",
      privatePath,
    ]),
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const log = new PhaseLog();
  createInterface(child.stderr).on("line", (line) => log.read(line));
  const address = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.endsWith("}\n")) resolve((JSON.parse(output) as { address: string }).address);
    });
    void ended.then(() => reject(new Error(`serve has ended: ${log.last}`)));
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const get = async <T>(path: string): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const call = request(new URL(path, address), { agent }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve(JSON.parse(body) as T));
    });
    call.on("error", reject).end();
    return await promise;
  };
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    for (const start = performance.now(); !(await holds()); await pause(LOOK_EVERY_MS))
      if (performance.now() - start > PATIENCE_MS) throw new Error(`too late: ${log.last}`);
  };
  return {
    wake: () => child.kill("SIGHUP"),
    served: (commit) =>
      until(
        async () => (await get<{ applied_commit?: string }>("/readyz")).applied_commit === commit,
      ),
    settled: async (commit) => {
      await until(async () => {
        const [run] = (await get<Partial<ControllerStatus>>("/status.json")).runs ?? [];
        return run?.commit === commit && run.outcome === "no_changes";
      });
      log.start();
    },
    megabytes: () =>
      Number(execFileSync("ps", ["-o", "rss=", "-p", String(child.pid)], { encoding: "utf8" })) /
      1_024,
    phases: () => log.phases(),
    stop: async () => {
      agent.destroy();
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Takes the durations of phases out of the service's log. */
class PhaseLog {
  last = "";
  readonly #runs = new Map<string, Map<string, number>>();
  #started = false;

  start(): void {
    if (!this.#started) this.#runs.clear();
    this.#started = true;
  }

  read(line: string): void {
    this.last = line;
    if (!line.startsWith("{")) return;
    const { run, phase, ms } = JSON.parse(line) as { run?: string; phase?: string; ms?: number };
    if (run === undefined || phase === undefined || ms === undefined) return;
    const known = this.#runs.get(run) ?? new Map<string, number>();
    this.#runs.set(run, known.set(phase, ms));
  }

  phases(): readonly (readonly [string, readonly number[]])[] {
    const applied = [...this.#runs.values()].filter((run) => run.has("apply"));
    const names = new Set(applied.flatMap((run) => [...run.keys()]));
    return [...names].map((name) => [name, applied.map((run) => run.get(name) ?? 0)]);
  }
}
