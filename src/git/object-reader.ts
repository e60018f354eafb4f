/**
 * Reads objects through one `git cat-file --batch` that stays. To start a process costs this one, when it is large, more
 * than all that a pass with nothing new does besides.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Socket } from "node:net";
import { AppError } from "../errors.js";
import { isolatedEnvironment } from "./run-git.js";

export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

const TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const HEADER = /^([0-9a-f]{40,64}) (commit|tree|blob|tag) ([0-9]+)$/;
const NEWLINE = 0x0a;

export class ObjectReader {
  readonly #gitDir: string;
  #git: ChildProcessWithoutNullStreams | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(gitDir: string) {
    this.#gitDir = gitDir;
  }

  /**
   * What each name stands for at this moment, null where it stands for nothing. No name may hold a newline. Starts git
   * where none runs. Throws git_failed.
   */
  read(names: readonly string[]): Promise<readonly (GitObject | null)[]> {
    const next = this.#last.then(() => (names.length === 0 ? [] : this.#ask(names)));
    this.#last = next.catch(() => {});
    return next;
  }

  /** Ends git. The next question starts another one. */
  close(): void {
    this.#git?.kill("SIGKILL");
    this.#git = null;
  }

  async #ask(names: readonly string[]): Promise<readonly (GitObject | null)[]> {
    if (this.#git === null || hasEnded(this.#git)) this.#git = start(this.#gitDir);
    const git = this.#git;
    const { promise, resolve, reject } = Promise.withResolvers<readonly (GitObject | null)[]>();
    const answers = new Answers();
    const fail = (): void => {
      this.close();
      reject(new AppError("git_failed", `git cat-file in ${this.#gitDir} ended, or took too long`));
    };
    const listen = (chunk: Buffer): void => {
      answers.add(chunk);
      if (answers.bytes > MAX_ANSWER_BYTES) fail();
      else if (answers.found.length >= names.length) resolve(answers.found);
    };
    const timer = setTimeout(fail, TIMEOUT_MS);
    git.on("error", fail).on("close", fail);
    git.stdout.on("data", listen);
    hold(git, true);
    git.stdin.write(names.map((name) => `${name}\n`).join(""));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      git.off("error", fail).off("close", fail);
      git.stdout.off("data", listen);
      hold(git, false);
    }
  }
}

/** Takes git's answers apart: a line, and the bytes that it announces. */
class Answers {
  readonly found: (GitObject | null)[] = [];
  bytes = 0;
  #chunks: Buffer[] = [];
  #length = 0;
  /** With fewer bytes than these the next answer is not complete. */
  #needed = 1;

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return;
    const buffer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    let at = 0;
    this.#needed = 1;
    for (;;) {
      const end = buffer.indexOf(NEWLINE, at);
      if (end === -1) break;
      const [, id, type, size] = HEADER.exec(buffer.toString("latin1", at, end)) ?? [];
      if (id === undefined || type === undefined) {
        this.found.push(null);
        at = end + 1;
        continue;
      }
      const stop = end + 1 + Number(size);
      if (stop + 1 > buffer.length) {
        this.#needed = stop + 1 - at;
        break;
      }
      this.found.push({ id, type, bytes: buffer.subarray(end + 1, stop) });
      at = stop + 1;
    }
    this.#chunks = at === buffer.length ? [] : [buffer.subarray(at)];
    this.#length = buffer.length - at;
  }
}

function hasEnded(git: ChildProcessWithoutNullStreams): boolean {
  return git.pid === undefined || git.exitCode !== null || git.signalCode !== null;
}

function start(gitDir: string): ChildProcessWithoutNullStreams {
  const git = spawn("git", [`--git-dir=${gitDir}`, "cat-file", "--batch"], {
    cwd: gitDir,
    env: isolatedEnvironment(),
  });
  // Each question listens for the end, which a broken pipe comes before; between questions nobody needs to know.
  git.on("error", () => {});
  git.stdin.on("error", () => {});
  git.stderr.resume();
  hold(git, false);
  return git;
}

/** Only while it is asked does git keep this process from ending. */
function hold(git: ChildProcessWithoutNullStreams, isHeld: boolean): void {
  if (isHeld) git.ref();
  else git.unref();
  for (const stream of [git.stdin, git.stdout, git.stderr]) {
    if (!(stream instanceof Socket)) continue;
    if (isHeld) stream.ref();
    else stream.unref();
  }
}
