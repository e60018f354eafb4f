/** `concordat serve` as people run it: a process of its own that is asked over HTTP and read by its log. */
import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { onTestFinished } from "vitest";
import type { Condition, ConditionType, ControllerStatus } from "../../src/model/controller.js";
import { start, type RunOptions } from "./cli.js";
import { until, type Patience } from "./until.js";

/** What the program prints when it listens. */
export interface Announcement {
  readonly address: string;
  readonly db: string;
  readonly sovereign_id: string | null;
  readonly source: string | null;
}

export interface LogLine {
  readonly [field: string]: unknown;
  readonly phase?: string;
  readonly outcome?: string;
  readonly commit?: string | null;
  readonly ms?: number;
  /** Milliseconds since 1970. */
  readonly time?: number;
}

export interface Reply {
  readonly status: number;
  readonly json: unknown;
}

export class Service {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | NodeJS.Signals | null>;
  #stdout = "";
  #stderr = "";
  #end: number | NodeJS.Signals | null = null;
  #isOver = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    this.#ended = once(child, "close").then(([code, signal]) => {
      this.#isOver = true;
      return (this.#end = (signal ?? code) as number | NodeJS.Signals | null);
    });
    onTestFinished(async () => await this.kill());
  }

  /** Starts it on any free port, and does not wait. It is killed with the test, if it lives so long. */
  static launch(args: readonly string[], options: RunOptions = {}): Service {
    return new Service(start(["serve", "--port", "0", "--json", ...args], options));
  }

  /** Starts it, and waits until it listens. */
  static async start(args: readonly string[], options: RunOptions = {}): Promise<Service> {
    const service = Service.launch(args, options);
    await service.listens();
    return service;
  }

  /** Waits until it says where it listens. Throws when it ends instead. */
  async listens(): Promise<void> {
    await this.until("it listens", () => this.#stdout.endsWith("\n"));
  }

  get announcement(): Announcement {
    return JSON.parse(this.#stdout) as Announcement;
  }

  /** All that it printed on stdout. */
  get stdout(): string {
    return this.#stdout;
  }

  get address(): string {
    return this.announcement.address;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** The exit code, or the signal that ended it. */
  get ended(): Promise<number | NodeJS.Signals | null> {
    return this.#ended;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The lines of its log so far; a line that is only half there, or no JSON, is none. */
  get log(): readonly LogLine[] {
    const whole = this.#stderr.slice(0, this.#stderr.lastIndexOf("\n") + 1);
    return whole
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Lines that hold these fields. */
  logged(fields: LogLine): readonly LogLine[] {
    return this.log.filter((line) => holds(line, fields));
  }

  /** Waits for a line that holds these fields. */
  async logs(fields: LogLine): Promise<LogLine> {
    const what = `it logs ${JSON.stringify(fields)}`;
    const [line] = await this.until(
      what,
      () => this.logged(fields),
      (lines) => lines.length > 0,
    );
    return line ?? {};
  }

  async get(path: string): Promise<Reply> {
    const answer = await fetch(this.address + path);
    return { status: answer.status, json: await answer.json() };
  }

  /** Throws before the controller has said anything. */
  async status(): Promise<ControllerStatus> {
    const { status, json } = await this.get("/status.json");
    if (status !== 200) throw new Error(JSON.stringify(json));
    return json as ControllerStatus;
  }

  async condition(type: ConditionType): Promise<Condition | undefined> {
    const { conditions } = await this.status();
    return conditions.find((condition) => condition.type === type);
  }

  /** Asks for the status again and again until it is so. */
  async waitFor(
    isSo: (status: ControllerStatus) => boolean,
    what = "status",
  ): Promise<ControllerStatus> {
    return await this.until(what, async () => await this.status(), isSo);
  }

  /** Asks again and again until an answer is so. */
  async waitForReply(path: string, isSo: (reply: Reply) => boolean): Promise<Reply> {
    return await this.until(path, async () => await this.get(path), isSo);
  }

  /**
   * Waits until this commit is what the state equals, and the look that follows each apply has found so: from then on nothing
   * happens by itself.
   */
  async settles(commit: string): Promise<ControllerStatus> {
    return await this.waitFor(({ trusted_commit, conditions, runs: [newest] }) => {
      const isReady = conditions.some(({ type, status }) => type === "Ready" && status === "True");
      const isLooked = newest?.outcome === "no_changes" && newest.commit === commit;
      return isReady && isLooked && trusted_commit === commit;
    }, `it settles on ${commit}`);
  }

  /** Waits until a condition is so. */
  async becomes(type: ConditionType, status: string, reason?: string): Promise<ControllerStatus> {
    return await this.waitFor(
      ({ conditions }) =>
        conditions.some(
          (condition) =>
            condition.type === type &&
            condition.status === status &&
            (reason === undefined || condition.reason === reason),
        ),
      `${type} becomes ${status} ${reason ?? ""}`,
    );
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** As a power switch: nothing of the process runs any more. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** Asks it to end, and gives the exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | NodeJS.Signals | null> {
    this.signal(signal);
    return await this.#ended;
  }

  /** Waits for anything else; when it is in vain, the log is told. */
  async until<T>(
    what: string,
    ask: () => T | Promise<T>,
    isSo?: (seen: T) => boolean,
    patience: Patience = {},
  ): Promise<T> {
    try {
      return await until(what, ask, isSo, { isHopeless: () => this.#isOver, ...patience });
    } catch (cause) {
      const end = this.#isOver ? `; it ended with ${String(this.#end)}` : "";
      throw new Error(`${String(cause)}${end}\n${this.#stderr.slice(-4_000)}`, { cause });
    }
  }
}

function holds(line: LogLine, fields: LogLine): boolean {
  return Object.entries(fields).every(([name, value]) => line[name] === value);
}
