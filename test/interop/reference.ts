/** The reference as the tests meet it: its models in a Python process, its command line, its programs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { inject } from "vitest";

const PROGRAM = join(import.meta.dirname, "reference.py");
const found = inject("reference");

/** Where it cannot run, every test is skipped; why, is said once when the suite begins. */
export const isMissing = "missing" in found;

/** A program of the reference's environment: `python`, `genesis-mesh`, `gunicorn`. */
export function programOf(name: string): string {
  if ("missing" in found) throw new Error(found.missing);
  return join(found.bin, name);
}

/** Nobody's own settings take part, and nothing is written beside the reference's sources. */
export function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    LANG: "C.UTF-8",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUTF8: "1",
    ...more,
  };
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the reference to its end. */
export async function runReference(
  name: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: Iterable<string> } = {},
): Promise<Ended> {
  const child = spawn(programOf(name), args, {
    cwd: options.cwd,
    env: environment(options.cwd === undefined ? {} : { HOME: options.cwd }),
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A program that ends early closes its input; its exit code tells more than the broken pipe.
  child.stdin.on("error", () => undefined);
  Readable.from(options.input ?? []).pipe(child.stdin);
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.exitCode === null && child.signalCode === null ? once(child, "close") : undefined,
  ]);
  return { code: child.exitCode, stdout, stderr };
}

/** One process of the driver answers every line, each with one line of JSON. */
export async function askReference<T>(
  operation: string,
  lines: Iterable<string>,
): Promise<readonly T[]> {
  const input = (function* () {
    for (const line of lines) yield `${line}\n`;
  })();
  const { code, stdout, stderr } = await runReference("python", [PROGRAM, operation], { input });
  if (code !== 0) throw new Error(`the reference's ${operation} ended with ${code}: ${stderr}`);
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}
