/** Follows one branch of a remote by fetching it into a private bare repository (docs/threats.md G1 to G11). */
import { AppError } from "../errors.js";
import { accessTo, type GitCredentials } from "./credentials.js";
import { runGitGroup } from "./git-group.js";
import { INCOMING, MirrorFolder } from "./mirror-folder.js";
import { refCandidates } from "./ref.js";
import { RemoteCommands } from "./remote-commands.js";
import type { RemoteAddress } from "./remote.js";
import type { Head } from "./source-shape.js";
import { runGit } from "./run-git.js";

export interface FetchLimits {
  /** For all that one `fetch` does. */
  readonly seconds: number;
  /** Of all objects in the mirror. */
  readonly objectBytes: number;
  /** Beyond these the small ones are joined: each fetch brings one, and every look-up of an object asks all. */
  readonly packs: number;
}

export interface MirrorOptions {
  readonly path: string;
  readonly remote: RemoteAddress;
  /** A branch; null for the one that the remote's HEAD names. */
  readonly ref: string | null;
  readonly credentials: GitCredentials;
  readonly limits?: Partial<FetchLimits>;
}

const LIMITS: FetchLimits = { seconds: 60, objectBytes: 512 * 1024 * 1024, packs: 50 };
const LOOK_EVERY_MS = 100;
const BRANCH = "refs/heads/";
/** What git forbids in a name beyond our own grammar (git-check-ref-format). */
const NO_NAME = /\/[/.]|\.lock(?:\/|$)|[/.]$/;
const FOUND = /^([0-9a-f]{40,64}) (?:commit|tree)$/;

export class Mirror {
  readonly #options: MirrorOptions;
  readonly #limits: FetchLimits;
  readonly #folder: MirrorFolder;
  /** Full name. */
  readonly #branch: string | null;
  readonly #stopping = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #isSuspect = false;

  /** Throws bad_ref. */
  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#folder = new MirrorFolder(options.path, options.remote.address);
    this.#branch = options.ref === null || options.ref === "HEAD" ? null : branchName(options.ref);
  }

  get gitDir(): string {
    return this.#folder.path;
  }

  /**
   * Fetches the branch, after what was asked for before. Throws source_unreachable, bad_ref, empty_repository, bad_tree,
   * git_failed, unwritable_file and what `accessTo` throws.
   */
  fetch(): Promise<Head> {
    const next = this.#last.then(() => this.#limited((signal) => this.#fetch(signal)));
    this.#last = next.catch(() => {});
    return next;
  }

  /** An object could not be read: the next fetch brings all of them anew. */
  suspect(): void {
    this.#isSuspect = true;
  }

  /** Ends a fetch that is under way. Every later one fails. */
  async stop(): Promise<void> {
    this.#stopping.abort(this.#unreachable("is not followed any more"));
    await this.#last;
  }

  async #fetch(signal: AbortSignal): Promise<Head> {
    const { remote, credentials } = this.#options;
    await this.#folder.prepare();
    if (this.#isSuspect) await this.#folder.remake();
    this.#isSuspect = false;
    const access = accessTo(remote, credentials);
    const commands = new RemoteCommands(remote, this.gitDir, access, signal);
    const branch = this.#branch ?? (await this.#remoteHead(commands));
    const head =
      (await this.#tryFetch(commands, branch, signal)) ??
      // What was in the mirror stood in the way, and is gone.
      (await this.#tryFetch(commands, branch, signal));
    if (head === null) throw this.#unreachable(`has no commit for ${branch}`, "bad_ref");
    if ((await this.#folder.packs()) > this.#limits.packs) await this.#repack(signal);
    return { ...head, ref: branch.slice(BRANCH.length) };
  }

  /** Null after the mirror has been emptied, because of what was in it. */
  async #tryFetch(
    commands: RemoteCommands,
    branch: string,
    signal: AbortSignal,
  ): Promise<{ readonly commit: string; readonly tree: string } | null> {
    const result = await commands.fetch(branch);
    switch (result.kind) {
      case "fetched": {
        const head = await this.#resolve();
        if (head === null) await this.#folder.remake();
        return head;
      }
      case "no_branch":
        throw await this.#absent(commands, branch);
      case "unfit":
        await this.#folder.remake("sha256");
        return null;
      case "failed":
        if (result.error.code !== "source_unreachable" || (await this.#isWhole(signal))) {
          throw result.error;
        }
        await this.#folder.remake();
        return null;
    }
  }

  async #remoteHead(commands: RemoteCommands): Promise<string> {
    const name = await commands.headBranch();
    if (name === null) throw await this.#absent(commands, "HEAD");
    return branchName(name);
  }

  async #absent(commands: RemoteCommands, name: string): Promise<AppError> {
    return (await commands.hasBranches())
      ? this.#unreachable(`has no branch ${name.replace(BRANCH, "")}`, "bad_ref")
      : this.#unreachable("has no commit yet", "empty_repository");
  }

  async #resolve(): Promise<{ readonly commit: string; readonly tree: string } | null> {
    const { stdout } = await runGit(
      this.gitDir,
      [`--git-dir=${this.gitDir}`, "cat-file", "--batch-check=%(objectname) %(objecttype)"],
      { input: `${INCOMING}^{commit}\n${INCOMING}^{tree}\n` },
    );
    const ids = stdout.toString().split("\n");
    const [commit, tree] = ids.map((line) => FOUND.exec(line)?.[1]);
    return commit === undefined || tree === undefined ? null : { commit, tree };
  }

  /** Whether everything that the mirror's ref leads to is there. */
  async #isWhole(signal: AbortSignal): Promise<boolean> {
    const questions = ["rev-list", "--objects", "--quiet", "--all"];
    return (await runGitGroup([`--git-dir=${this.gitDir}`, ...questions], {}, signal)).ok;
  }

  /** Joins small packs only: one that takes as long as a whole repository has would never come to its end. */
  async #repack(signal: AbortSignal): Promise<void> {
    const args = [`--git-dir=${this.gitDir}`, "repack", "--geometric=2", "-d", "--quiet"];
    const { ok } = await runGitGroup(args, {}, signal);
    if (!ok) this.suspect();
  }

  /** Ends what `act` does when it is stopped, takes too long or brings too much. */
  async #limited<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { seconds, objectBytes } = this.#limits;
    const over = new AbortController();
    const timer = setTimeout(() => {
      over.abort(this.#unreachable(`did not deliver within ${seconds} s`));
    }, seconds * 1000);
    const checkSize = async (): Promise<void> => {
      if ((await this.#folder.objectBytes()) <= objectBytes) return;
      // Perhaps it is what was fetched before that takes the room.
      this.suspect();
      over.abort(this.#unreachable(`has more than ${objectBytes} bytes of objects`));
    };
    const looking = setInterval(() => void checkSize().catch(() => {}), LOOK_EVERY_MS);
    try {
      const signal = AbortSignal.any([this.#stopping.signal, over.signal]);
      const result = await act(signal);
      await checkSize();
      signal.throwIfAborted();
      return result;
    } finally {
      clearTimeout(timer);
      clearInterval(looking);
    }
  }

  #unreachable(
    what: string,
    code: "source_unreachable" | "bad_ref" | "empty_repository" = "source_unreachable",
  ): AppError {
    return new AppError(code, `${this.#options.remote.address} ${what}`);
  }
}

/** The full name of a branch. Of a remote nothing else is followed: whoever may push can move a tag. Throws bad_ref. */
function branchName(ref: string): string {
  const [name = ""] = refCandidates(ref);
  if (name.startsWith(BRANCH) && !NO_NAME.test(name)) return name;
  throw new AppError("bad_ref", `${ref} cannot be a branch of a remote`, {
    hint: "name a branch with --ref; tags and commit ids of a remote are not followed",
  });
}
