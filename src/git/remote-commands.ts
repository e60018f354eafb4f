/** What Concordat asks of a remote: its branches, and the commits of one of them. */
import { AppError } from "../errors.js";
import { complaintOf } from "./complaint.js";
import type { TransportAccess } from "./credentials.js";
import { runGitGroup, type GroupResult } from "./git-group.js";
import { INCOMING } from "./mirror-folder.js";
import type { RemoteAddress } from "./remote.js";

/** Given with the command, so that they hold whatever the mirror's own file says. */
const SETTINGS: readonly (readonly [string, string])[] = [
  // One helper with an empty name takes back all helpers.
  ["credential.helper", ""],
  ["core.askPass", ""],
  ["core.hooksPath", "/dev/null"],
  // Larger blobs are written as they come, and not kept in memory.
  ["core.bigFileThreshold", "1m"],
  ["fetch.fsckObjects", "true"],
  ["transfer.fsckObjects", "true"],
  ["transfer.bundleURI", "false"],
  // Always a pack, never a file for each object.
  ["fetch.unpackLimit", "1"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["http.followRedirects", "false"],
  // Of all versions the one in which a server lists only the refs that were asked for.
  ["protocol.version", "2"],
];

/** `unfit`: the mirror has another kind of ids. */
type FetchResult =
  | { readonly kind: "fetched" | "no_branch" | "unfit" }
  | { readonly kind: "failed"; readonly error: AppError };

export class RemoteCommands {
  readonly #remote: RemoteAddress;
  readonly #gitDir: string;
  readonly #access: TransportAccess;
  readonly #signal: AbortSignal;

  constructor(remote: RemoteAddress, gitDir: string, access: TransportAccess, signal: AbortSignal) {
    this.#remote = remote;
    this.#gitDir = gitDir;
    this.#access = access;
    this.#signal = signal;
  }

  /** The full name of the branch that the remote's HEAD stands for; null when it stands for none. Throws source_unreachable. */
  async headBranch(): Promise<string | null> {
    const args = ["ls-remote", "--quiet", "--symref", "--end-of-options"];
    const result = await this.#run([...args, this.#remote.address, "HEAD"]);
    if (!result.ok) throw this.#failure(result);
    return /^ref: (\S+)\tHEAD$/m.exec(result.stdout)?.[1] ?? null;
  }

  /** Throws source_unreachable. */
  async hasBranches(): Promise<boolean> {
    const args = ["ls-remote", "--quiet", "--heads", "--end-of-options"];
    const result = await this.#run([...args, this.#remote.address]);
    if (!result.ok && !result.isCut) throw this.#failure(result);
    return result.stdout !== "";
  }

  /** Brings the branch, by its full name, and all its history to the mirror's one ref. */
  async fetch(branch: string): Promise<FetchResult> {
    const result = await this.#run([
      "fetch",
      "--quiet",
      "--atomic",
      "--no-tags",
      "--no-recurse-submodules",
      "--no-write-fetch-head",
      "--no-auto-maintenance",
      "--no-show-forced-updates",
      "--end-of-options",
      this.#remote.address,
      `+${branch}:${INCOMING}`,
    ]);
    if (result.ok) return { kind: "fetched" };
    if (result.stderr.includes("couldn't find remote ref")) return { kind: "no_branch" };
    if (result.stderr.includes("mismatched algorithms")) return { kind: "unfit" };
    return { kind: "failed", error: this.#failure(result) };
  }

  #run(args: readonly string[]): Promise<GroupResult> {
    const { env, settings } = this.#access;
    return runGitGroup(
      [`--git-dir=${this.#gitDir}`, ...args],
      { env, settings: [...SETTINGS, ...settings] },
      this.#signal,
    );
  }

  #failure({ stderr, code }: GroupResult): AppError {
    if (code === 127)
      return new AppError("git_failed", "git cannot be run", { hint: "install git" });
    const complaint = complaintOf(stderr, this.#access.secrets);
    const { address } = this.#remote;
    if (stderr.includes("fsck error")) {
      return new AppError("bad_tree", `${address} has an object that git refuses: ${complaint}`, {
        hint: "run git fsck in a clone, and take the object out of the branch's history",
      });
    }
    if (/could not read (?:Username|Password)|Authentication failed/.test(stderr)) {
      return new AppError("source_unreachable", `${address} refuses us without other credentials`, {
        hint: "give a token that may read the repository",
      });
    }
    return new AppError("source_unreachable", `${address} cannot be fetched: ${complaint}`);
  }
}
