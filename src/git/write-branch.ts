/** Commits files onto a new branch, leaving work tree, index and HEAD as they are. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../errors.js";
import { identity } from "./identity.js";
import { Repository } from "./repository.js";
import { git, runGit } from "./run-git.js";

export interface BranchRequest {
  /** Commit id. */
  readonly base: string;
  /** Short name, below refs/heads/. */
  readonly branch: string;
  /** New contents by path; null removes the file. */
  readonly files: ReadonlyMap<string, string | null>;
  readonly message: string;
}

export interface WrittenBranch {
  readonly branch: string;
  readonly commit: string;
}

/** How many drafts of one name may stand beside each other. */
const MOST_SUFFIXES = 100;

/**
 * A branch of that name with the same files over the same base is the one that is asked for. One with others stays, and the
 * new branch gets a number behind its name. Throws AppError `not_a_repository`, `git_failed`.
 */
export async function writeBranch(dir: string, request: BranchRequest): Promise<WrittenBranch> {
  const repository = await Repository.open(dir);
  const run = async (args: readonly string[], input = "", env = {}): Promise<string> => {
    const all = [`--git-dir=${repository.gitDir}`, ...args];
    return (await git(repository.dir, all, { input, env })).toString().trim();
  };
  const tree = await writeTree(run, request);
  for (let number = 1; number <= MOST_SUFFIXES; number += 1) {
    const branch = number === 1 ? request.branch : `${request.branch}-${number}`;
    const name = `refs/heads/${branch}`;
    const there = await runGit(repository.dir, [
      `--git-dir=${repository.gitDir}`,
      "rev-parse",
      "--verify",
      "--quiet",
      "--end-of-options",
      `${name}^{commit}`,
    ]);
    if (there.code === 0) {
      const commit = there.stdout.toString().trim();
      const [itsTree, parent] = (
        await run(["show", "--no-patch", "--format=%T %P", "--end-of-options", commit])
      ).split(" ");
      if (itsTree === tree && parent === request.base) return { branch, commit };
      continue;
    }
    const commit = await commitTree(run, tree, request);
    // The zero id: only while nobody else has made it.
    await run(["update-ref", "--no-deref", name, commit, "0".repeat(commit.length)]);
    return { branch, commit };
  }
  throw new AppError("git_failed", `there are ${MOST_SUFFIXES} branches ${request.branch} already`);
}

type Run = (
  args: readonly string[],
  input?: string,
  env?: Readonly<Record<string, string>>,
) => Promise<string>;

async function writeTree(run: Run, { base, files }: BranchRequest): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "concordat-"));
  try {
    const env = { GIT_INDEX_FILE: join(folder, "index") };
    await run(["read-tree", "--end-of-options", `${base}^{tree}`], "", env);
    const lines: string[] = [];
    for (const [path, content] of files) {
      if (content === null) lines.push(`0 ${"0".repeat(base.length)}\t${path}`);
      else {
        // --no-filters: the bytes that are given are the bytes that are committed.
        const blob = await run(["hash-object", "-w", "--no-filters", "--stdin"], content);
        lines.push(`100644 ${blob}\t${path}`);
      }
    }
    await run(
      ["update-index", "-z", "--index-info"],
      lines.map((line) => `${line}\0`).join(""),
      env,
    );
    return await run(["write-tree"], "", env);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function commitTree(
  run: Run,
  tree: string,
  { base, message }: BranchRequest,
): Promise<string> {
  const { name, email } = await identity();
  const who = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
  return await run(["commit-tree", "-p", base, tree], message, who);
}
