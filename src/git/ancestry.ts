/** Whether one commit descends from another: what tells a rewritten history from a new commit (docs/threats.md G8). */
import { AppError } from "../errors.js";
import type { ObjectReader } from "./object-reader.js";
import { git, runGit } from "./run-git.js";

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** A cached graph beside the objects could tell of other parents than they do. */
const FROM_OBJECTS = ["-c", "core.commitGraph=false"];
const PARENTS = /^tree [0-9a-f]+\n((?:parent [0-9a-f]+\n)*)/;

/**
 * A commit is its own ancestor. False also when `ancestor` is not there at all. With a `reader` no process is started for
 * the child of a commit, which most heads are. Throws bad_ref, git_failed.
 */
export async function isAncestor(
  gitDir: string,
  ancestor: string,
  commit: string,
  reader: ObjectReader | null = null,
): Promise<boolean> {
  for (const id of [ancestor, commit]) {
    if (OBJECT_ID.test(id)) continue;
    throw new AppError("bad_ref", `${JSON.stringify(id.slice(0, 80))} is no id of a commit`);
  }
  if (reader !== null && (await parentsOf(reader, commit)).includes(ancestor)) return true;
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

async function parentsOf(reader: ObjectReader, commit: string): Promise<readonly string[]> {
  const [object] = await reader.read([commit]);
  const header = object?.type === "commit" ? Buffer.from(object.bytes).toString("latin1") : "";
  const lines = PARENTS.exec(header)?.[1]?.split("\n") ?? [];
  return lines.map((line) => line.slice("parent ".length));
}
