/** Makes a repository with its first commit. */
import { simpleGit } from "simple-git";
import { AppError } from "../errors.js";
import { identity } from "./identity.js";
import { isolatedEnvironment } from "./run-git.js";

/**
 * Turns the folder into a repository with everything in it, ignored files apart, as the first commit on `main`.
 * Returns the commit id. Of the user's configuration only the identity counts: a template, a hook or a signing
 * program must not change what is committed. Throws git_failed.
 */
export async function createRepository(dir: string, message: string): Promise<string> {
  try {
    const { name, email } = await identity();
    const env = isolatedEnvironment();
    const git = simpleGit({
      baseDir: dir,
      config: [`user.name=${name}`, `user.email=${email}`],
      allowEnvironment: Object.keys(env),
      unsafe: { allowUnsafeConfigPaths: true },
    }).env(env);
    await git.init(["--initial-branch=main"]);
    await git.add(".");
    await git.commit(message);
    return await git.revparse("HEAD");
  } catch (cause) {
    throw new AppError("git_failed", `no repository could be made in ${dir}: ${firstLine(cause)}`, {
      cause,
    });
  }
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : "";
}
