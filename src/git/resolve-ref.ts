/** Which commit a ref stands for, whoever looks its names up. */
import { AppError } from "../errors.js";
import { refCandidates } from "./ref.js";

export interface Commit {
  readonly commit: string;
  /** Its root tree. */
  readonly tree: string;
}

/**
 * The first of what `ref` may name that is a commit. `find` tells of each name which commit it leads to, or null.
 * Throws empty_repository, bad_ref.
 */
export async function resolveRef(
  repository: string,
  ref: string,
  find: (names: readonly string[]) => Promise<readonly (Commit | null)[]>,
): Promise<Commit> {
  const candidates = refCandidates(ref);
  const commits = await find([...candidates, "HEAD"]);
  const found = commits.slice(0, candidates.length).find((commit) => commit !== null);
  if (found !== undefined) return found;
  if (commits[candidates.length] === null) {
    throw new AppError("empty_repository", `${repository} has no commit on its branch yet`);
  }
  throw new AppError("bad_ref", `${repository} has no branch, tag or commit ${ref}`);
}
