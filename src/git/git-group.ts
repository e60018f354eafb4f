/** Runs a git that starts programs of its own: all of them end together, at the latest with this process. */
import { spawn } from "node:child_process";
import { isolatedEnvironment, settingsEnvironment, type GitOptions } from "./run-git.js";

/**
 * The shell is there for one case: this process is killed, and nobody is left to end a fetch that would go on writing
 * into the mirror. Then its standard input closes, and it ends the whole group. Git gets its arguments as they are.
 */
const WATCHED_GIT = `
exec 3<&0 </dev/null
{ read -r _ <&3; kill -s KILL 0; } >/dev/null 2>&1 &
watch=$!
git "$@" 3<&-
code=$?
exec 2>/dev/null
kill -s KILL "$watch"
wait "$watch"
exit "$code"
`;

/** What git says beyond this is dropped, and git ends. */
const MAX_OUTPUT_BYTES = 64 * 1024;

export interface GroupResult {
  readonly ok: boolean;
  /** 127 when there is no git. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Git said more than is listened to. */
  readonly isCut: boolean;
}

/** Throws the signal's reason when it ends the group; else whatever git did is a result. */
export function runGitGroup(
  args: readonly string[],
  options: Pick<GitOptions, "env" | "settings">,
  signal: AbortSignal,
): Promise<GroupResult> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<GroupResult>();
  const child = spawn("sh", ["-c", WATCHED_GIT, "git", ...args], {
    cwd: "/",
    // A group of its own, so that git's helpers and ssh end with it.
    detached: true,
    env: {
      ...isolatedEnvironment(),
      ...settingsEnvironment(options.settings ?? []),
      ...options.env,
    },
  });
  const said = { stdout: "", stderr: "" };
  let isCut = false;
  let hasEnded = false;
  const end = (): void => {
    if (hasEnded || child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // The group has just ended by itself.
    }
  };
  const listen = (to: "stdout" | "stderr"): void => {
    child[to].setEncoding("utf8").on("data", (text: string) => {
      const rest = MAX_OUTPUT_BYTES - said[to].length;
      said[to] += text.slice(0, rest);
      if (text.length <= rest) return;
      isCut = true;
      end();
    });
  };
  listen("stdout");
  listen("stderr");
  child.stdin.on("error", () => {});
  signal.addEventListener("abort", end);
  child.on("error", reject);
  child.on("exit", () => {
    hasEnded = true;
  });
  child.on("close", (code) => {
    signal.removeEventListener("abort", end);
    if (signal.aborted)
      reject(signal.reason instanceof Error ? signal.reason : new Error("stopped"));
    else resolve({ ok: code === 0 && !isCut, code, ...said, isCut });
  });
  return promise;
}
