/** Follows a page of docs/runbooks: its own commands, in their order, as somebody types them in the trust repository. */
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { cleanEnvironment, PROGRAM } from "./cli.js";
import { temporaryFolder, writeFiles } from "./git.js";

const PAGES = resolve(import.meta.dirname, "../../docs/runbooks");

export class Runbook {
  readonly #blocks: readonly string[];
  readonly #dir: string;
  readonly #env: Readonly<Record<string, string>>;
  #next = 0;

  /** `concordat` is this build; git has no configuration. */
  constructor(page: string, dir: string, env: Readonly<Record<string, string>> = {}) {
    const text = readFileSync(join(PAGES, page), "utf8");
    this.#blocks = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block ?? "");
    this.#dir = dir;
    const bin = temporaryFolder();
    writeFiles(bin, { concordat: `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n` });
    chmodSync(join(bin, "concordat"), 0o755);
    const clean = cleanEnvironment({
      GIT_AUTHOR_NAME: "Test",
      GIT_AUTHOR_EMAIL: "test@localhost",
      GIT_COMMITTER_NAME: "Test",
      GIT_COMMITTER_EMAIL: "test@localhost",
      ...env,
    });
    this.#env = { ...clean, PATH: `${bin}:${clean["PATH"]}` };
  }

  /** The commands that are left. */
  get left(): number {
    return this.#blocks.length - this.#next;
  }

  /** Runs the next block, which must end well. Returns what it said. */
  follow(): string {
    const input = this.#blocks[this.#next] ?? "";
    this.#next += 1;
    const { status, stdout, stderr } = spawnSync("bash", ["-euo", "pipefail"], {
      cwd: this.#dir,
      input,
      encoding: "utf8",
      timeout: 120_000,
      env: this.#env,
    });
    if (status === 0) return stdout + stderr;
    throw new Error(`${input}\nended with ${status}:\n${stdout}${stderr}`);
  }

  /** The first yaml block of the page, for the file that it tells people to write. */
  static yaml(page: string): string {
    const text = readFileSync(join(PAGES, page), "utf8");
    return /^```yaml\n([^]*?)^```$/m.exec(text)?.[1] ?? "";
  }
}
