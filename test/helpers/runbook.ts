/** A page of docs/runbooks/ as a script: the test runs what the page tells people to run. */
import { spawn } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { cleanEnvironment, PROGRAM } from "./cli.js";
import { temporaryFolder, writeFiles } from "./git.js";

const PAGES = resolve(import.meta.dirname, "../../docs/runbooks");

export interface Page {
  /** Commands by the heading that they stand under. */
  readonly commands: ReadonlyMap<string, string>;
  /** Its blocks of YAML, which people are told to put into files. */
  readonly yaml: readonly string[];
}

export function pageOf(name: string): Page {
  const text = readFileSync(join(PAGES, name), "utf8");
  const commands = new Map<string, string>();
  for (const section of text.split(/^## /m).slice(1)) {
    const heading = section.split("\n", 1)[0] ?? "";
    const blocks = [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block ?? "");
    if (blocks.length > 0) commands.set(heading, blocks.join(""));
  }
  const yaml = [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block]) => block ?? "");
  return { commands, yaml };
}

export interface Followed {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the commands of the sections in one shell, in `dir`; the first that fails ends it. */
export async function follow(
  dir: string,
  page: Page,
  headings: readonly string[],
): Promise<Followed> {
  const script = headings.map((heading) => {
    const commands = page.commands.get(heading);
    if (commands === undefined) throw new Error(`the page has no commands under ${heading}`);
    return commands;
  });
  const bin = temporaryFolder();
  const shim = `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`;
  writeFiles(bin, { concordat: shim });
  chmodSync(join(bin, "concordat"), 0o755);
  const environment = cleanEnvironment();
  const child = spawn("bash", ["-euo", "pipefail"], {
    cwd: dir,
    env: {
      ...environment,
      PATH: `${bin}:${environment["PATH"]}`,
      GIT_AUTHOR_NAME: "Test",
      GIT_AUTHOR_EMAIL: "test@localhost",
      GIT_COMMITTER_NAME: "Test",
      GIT_COMMITTER_EMAIL: "test@localhost",
    },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(script.join(""));
  const code = await new Promise<number | null>((done) => child.on("close", done));
  return { code, output };
}
