/** Reads one setting of the user's own git configuration, never of a repository's. */
import { tmpdir } from "node:os";
import { runGit } from "./run-git.js";

/** The values that the system and the user give to a setting; of several the last one counts. */
export async function userSetting(key: string): Promise<readonly string[]> {
  const { stdout } = await runGit(tmpdir(), ["config", "--null", "--get-all", key], {
    env: {
      GIT_DIR: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "0",
      GIT_CONFIG_GLOBAL: process.env["GIT_CONFIG_GLOBAL"],
      XDG_CONFIG_HOME: process.env["XDG_CONFIG_HOME"],
      HOME: process.env["HOME"],
    },
  });
  return stdout.toString().split("\0").slice(0, -1);
}
