/** Another process that runs our own source, and can be killed. */
import { spawn, type ChildProcess } from "node:child_process";
import { expect, onTestFinished } from "vitest";

/** Node runs our TypeScript as it is, but for the names of imports. */
const TYPESCRIPT_NAMES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({
    resolve(name, context, next) {
      try {
        return next(name, context);
      } catch (error) {
        if (!name.endsWith(".js")) throw error;
        return next(name.slice(0, -3) + ".ts", context);
      }
    },
  });
`)}`;

/** Another process that runs `code`, a module whose imports are relative to the root of the project. */
export class Child {
  readonly #process: ChildProcess;
  readonly #ended: Promise<string | number | null>;
  #output = "";
  #complaint = "";

  /**
   * `fileBlocks`: no file becomes longer than so many times 512 bytes, as on a disk that is full. `env` joins our own
   * environment.
   */
  constructor(
    code: string,
    {
      fileBlocks,
      env,
    }: { readonly fileBlocks?: number; readonly env?: Readonly<Record<string, string>> } = {},
  ) {
    const root = new URL("../../", import.meta.url);
    const source = code.replaceAll(/from "\.\//g, `from "${root.href}`);
    this.#process = spawn(
      "sh",
      [
        "-c",
        `ulimit -f ${fileBlocks ?? "unlimited"} && exec "$0" "$@"`,
        process.execPath,
        "--import",
        TYPESCRIPT_NAMES,
        "--input-type=module",
        "--eval",
        source,
      ],
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } },
    );
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.#process.stderr
      ?.setEncoding("utf8")
      .on("data", (text: string) => (this.#complaint += text));
    this.#ended = new Promise((resolve) => {
      this.#process.on("close", (code_, signal) => resolve(signal ?? code_));
    });
    onTestFinished(() => {
      this.#process.kill("SIGKILL");
    });
  }

  /** Waits until the process has printed `text`. */
  async prints(text: string): Promise<void> {
    let isOver = false;
    void this.#ended.then(() => (isOver = true));
    while (!this.#output.includes(text)) {
      if (isOver) expect.fail(`the process ended without printing ${text}: ${this.#complaint}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** The exit code, or the signal that ended it. */
  async ends(): Promise<string | number | null> {
    return this.#ended;
  }

  /** Gives the process a signal, and does not wait for what it does. */
  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGUSR2"): void {
    this.#process.kill(signal);
  }

  /** As a power switch: nothing of the process runs any more. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }
}
