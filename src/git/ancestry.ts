/** Whether one commit descends from another: what tells a rewritten history from a new commit (docs/threats.md G8). */
import { AppError } from "../errors.js";
import { git, runGit } from "./run-git.js";

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** A cached graph beside the objects could tell of other parents than they do. */
const FROM_OBJECTS = ["-c", "core.commitGraph=false"];

/** A commit is its own ancestor. False also when `ancestor` is not there at all. Throws bad_ref, git_failed. */
export async function isAncestor(
  gitDir: string,
  ancestor: string,
  commit: string,
): Promise<boolean> {
  for (const id of [ancestor, commit]) {
    if (OBJECT_ID.test(id)) continue;
    throw new AppError("bad_ref", `${JSON.stringify(id.slice(0, 80))} is no id of a commit`);
  }
  const locate = [`--git-dir=${gitDir}`];
  const question = ["merge-base", "--is-ancestor", "--end-of-options", ancestor, commit];
  const { code, complaint } = await runGit(gitDir, [...FROM_OBJECTS, ...locate, ...question]);
  if (code === 0 || code === 1) return code === 0;
  const found = await git(gitDir, [...locate, "cat-file", "--batch-check=%(objecttype)"], {
    input: `${ancestor}^{commit}\n`,
  });
  if (found.toString().trim() !== "commit") return false;
  throw new AppError("git_failed", `git merge-base failed: ${complaint}`);
}
