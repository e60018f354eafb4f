/** A trust repository made by `concordat init`, published on an https remote, and what a daemon needs to follow it. */
import { join } from "node:path";
import { trustRepository } from "./cli.js";
import { git, temporaryFolder } from "./git.js";
import { startGitRemote, type GitRemote } from "./git-remote.js";

export interface PublishedTrust {
  /** Where its maintainers work; also where the authority's key is. */
  readonly dir: string;
  readonly bare: string;
  readonly remote: GitRemote;
  /** Where the daemon keeps its state. */
  readonly db: string;
  /** Flags of the daemon. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Publishes what is checked out, as a forge that allows a force push. */
  readonly push: () => void;
}

/** Followed only when woken: the interval is a day. */
export async function publishedTrust(): Promise<PublishedTrust> {
  const dir = await trustRepository();
  const bare = join(temporaryFolder(), "trust.git");
  git(dir, ["clone", "--quiet", "--bare", dir, bare]);
  const remote = await startGitRemote(bare);
  const db = join(temporaryFolder(), "na.db");
  const key = join(dir, ".concordat/keys/authority.key");
  return {
    dir,
    bare,
    remote,
    db,
    args: ["--repo", remote.url, "--ref", "main", "--db", db, "--authority-key", key],
    env: { CONCORDAT_GIT_CA_FILE: remote.caFile, CONCORDAT_INTERVAL: "1d" },
    push: () => void git(dir, ["push", "--quiet", "--force", bare, "HEAD"]),
  };
}
