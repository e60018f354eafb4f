/** Runs git in an environment made from scratch, so that neither the caller's nor the repository's settings reach it. */
import { spawn } from "node:child_process";
import { AppError } from "../errors.js";

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * GIT_ALLOW_PROTOCOL: a partial clone fetches a missing object on demand, through a program that its configuration
 * names. No transport is called `none`, so there is nothing to fetch with.
 */
const ISOLATED = {
  LC_ALL: "C",
  GIT_ALLOW_PROTOCOL: "none",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  // Grafts give a commit other parents than those that its id stands for.
  GIT_GRAFT_FILE: "/dev/null",
  GIT_NO_LAZY_FETCH: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
} as const;

/** Hooks and the file system monitor are programs that a repository may configure. */
const NOTHING_CONFIGURED_RUNS = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"];

export interface GitResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  /** Its first line, without control characters. */
  readonly complaint: string;
}

export interface GitOptions {
  readonly input?: string;
  /** Settings that override the repository's. Keys may hold any character, unlike those of `-c`. */
  readonly settings?: readonly (readonly [key: string, value: string])[];
  /** Undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The environment of every git process. PATH is the one thing taken from ours. */
export function isolatedEnvironment(): Record<string, string> {
  return { ...ISOLATED, PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin" };
}

/** Runs git and returns what it said, whatever its exit code. Throws git_failed when it cannot run or end properly. */
export function runGit(
  cwd: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitResult> {
  const { promise, resolve, reject } = Promise.withResolvers<GitResult>();
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let bytes = 0;
  const child = spawn("git", [...NOTHING_CONFIGURED_RUNS, ...args], {
    cwd,
    env: {
      ...isolatedEnvironment(),
      ...settingsEnvironment(options.settings ?? []),
      ...options.env,
    },
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  const collect = (into: Buffer[]) => (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_OUTPUT_BYTES) child.kill("SIGKILL");
    else into.push(chunk);
  };
  child.stdout.on("data", collect(stdout));
  child.stderr.on("data", collect(stderr));
  // Git may end before it has read all; its exit code tells more than the broken pipe.
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  child.on("error", (cause) =>
    reject(
      new AppError("git_failed", "git cannot be run", { hint: "install git 2.35 or newer", cause }),
    ),
  );
  child.on("close", (code, signal) => {
    if (signal === null)
      resolve({ code, stdout: Buffer.concat(stdout), complaint: firstLine(Buffer.concat(stderr)) });
    else
      reject(
        new AppError(
          "git_failed",
          `git ${verb(args)} was stopped: it took too long or said too much`,
        ),
      );
  });
  return promise;
}

/** Runs git and returns its output. Throws git_failed when it exits with another code than 0. */
export async function git(
  cwd: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  const { code, stdout, complaint } = await runGit(cwd, args, options);
  if (code !== 0) {
    throw new AppError("git_failed", `git ${verb(args)} failed: ${complaint}`);
  }
  return stdout;
}

export function settingsEnvironment(
  settings: readonly (readonly [string, string])[],
): Record<string, string> {
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  for (const [index, [key, value]] of settings.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return env;
}

function verb(args: readonly string[]): string {
  return args.find((arg) => !arg.startsWith("-")) ?? "";
}

function firstLine(stderr: Buffer): string {
  const line = stderr.toString("utf8", 0, 1000).split("\n", 1)[0] ?? "";
  return line.replace(/\p{Cc}/gu, "?").slice(0, 300);
}
