/** Finds the repository that a folder is, and refuses a folder that only lies in one. */
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { AppError } from "../errors.js";
import { runGit, type GitResult } from "./run-git.js";
import { userSetting } from "./user-setting.js";

export interface Place {
  /** The top of the work tree, or the bare repository itself; absolute, without symbolic links. */
  readonly dir: string;
  readonly gitDir: string;
  /** Where refs and configuration live; another folder than `gitDir` in a linked work tree. */
  readonly commonDir: string;
  readonly bare: boolean;
  /** Full name of the checked-out branch, `HEAD` when detached, null when it has no commit yet. */
  readonly head: string | null;
}

const QUESTIONS = [
  "rev-parse",
  "--is-bare-repository",
  "--is-inside-work-tree",
  "--show-prefix",
  "--absolute-git-dir",
  "--git-common-dir",
  "--symbolic-full-name",
  "HEAD",
];

/** Throws not_a_repository, or git_failed when git distrusts the owner of the folder. */
export async function discover(path: string): Promise<Place> {
  const dir = await realpath(path).catch((cause: unknown) => {
    throw new AppError("not_a_repository", `${path} does not exist`, { cause });
  });
  let result = await runGit(dir, QUESTIONS);
  if (isDistrusted(result) && (await isTrustedByUser(dir))) {
    result = await runGit(dir, QUESTIONS, { settings: [["safe.directory", dir]] });
  }
  if (isDistrusted(result)) {
    throw new AppError("git_failed", `${path} belongs to another user, so git does not trust it`, {
      hint: `run as its owner, or: git config --global --add safe.directory ${dir}`,
    });
  }
  const [bare, inWorkTree, prefix, gitDir, commonDir, head] = result.stdout.toString().split("\n");
  if (gitDir === undefined || commonDir === undefined) {
    if (!result.complaint.includes("not a git repository")) {
      throw new AppError("git_failed", `git cannot read ${path}: ${result.complaint}`);
    }
    throw new AppError("not_a_repository", `${path} is not a git repository`);
  }
  if (prefix !== "") {
    throw new AppError(
      "not_a_repository",
      `${path} is a folder inside the repository of ${gitDir}`,
      {
        hint: "give the top folder of a repository with --repo; a trust repository is not part of another one",
      },
    );
  }
  if (inWorkTree !== "true" && !(bare === "true" && gitDir === dir)) {
    throw new AppError("not_a_repository", `${path} is a folder of git's own inside ${gitDir}`);
  }
  return {
    dir,
    gitDir,
    commonDir: resolve(dir, commonDir),
    bare: bare === "true",
    // Without a commit git prints the question back and fails.
    head: result.code === 0 && head !== undefined ? head : null,
  };
}

function isDistrusted(result: GitResult): boolean {
  return result.code !== 0 && result.complaint.includes("dubious ownership");
}

/** Git asks the user's own configuration which foreign folders to trust; that question is passed on. */
async function isTrustedByUser(dir: string): Promise<boolean> {
  const values = await userSetting("safe.directory");
  // An empty value takes back those before it.
  const trusted = values.slice(values.lastIndexOf("") + 1);
  return trusted.includes(dir) || trusted.includes("*");
}
