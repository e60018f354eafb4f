/** Whether the work tree differs from the commit it was checked out from. */
import type { Place } from "./discover.js";
import { git, runGit } from "./run-git.js";

/** Files that can mean something to us: no Markdown, nothing that begins with a dot or lies in such a folder. */
const MANAGED = ["*.yaml", "*.yml", "*.json", ":(exclude,glob)**/.*", ":(exclude,glob)**/.*/**"];

/** True when a tracked or an untracked, not ignored file differs from HEAD. A bare repository has none. */
export async function isWorkTreeDirty(place: Place): Promise<boolean> {
  if (place.bare) {
    return false;
  }
  const locate = [`--git-dir=${place.gitDir}`, `--work-tree=${place.dir}`];
  const status = await git(
    place.dir,
    [
      ...locate,
      "status",
      "--porcelain",
      "-z",
      "--untracked-files=all",
      "--ignore-submodules=all",
      "--no-renames",
      "--",
      ...MANAGED,
    ],
    { settings: await withoutFilters(place.dir, locate) },
  );
  return status.length > 0;
}

/** To compare a file, git would run the filter program that `.gitattributes` and `.git/config` may name together. */
async function withoutFilters(
  dir: string,
  locate: readonly string[],
): Promise<(readonly [string, string])[]> {
  // Exit code 1: there is none.
  const { stdout } = await runGit(dir, [
    ...locate,
    "config",
    "--null",
    "--name-only",
    "--get-regexp",
    "^filter\\.",
  ]);
  return stdout
    .toString()
    .split("\0")
    .slice(0, -1)
    .map((key) => [key, key.endsWith(".required") ? "false" : ""] as const);
}
