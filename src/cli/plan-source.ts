/** Where plan, drift and apply read commits: the repository itself, or what the daemon fetched last of a remote. */
import { existsSync } from "node:fs";
import { AppError } from "../errors.js";
import { INCOMING } from "../git/mirror-folder.js";
import type { Settings } from "./settings.js";

/** Throws AppError `not_a_repository` for a remote that nothing has been fetched of yet. */
export function planSource(settings: Settings): Pick<Settings, "repo" | "ref"> {
  const { isRemote, repo, ref, mirror } = settings;
  if (!isRemote) return { repo, ref };
  if (existsSync(mirror)) return { repo: mirror, ref: INCOMING };
  throw new AppError("not_a_repository", "nothing has been fetched of the remote yet", {
    hint: "fetch it with: concordat reconcile --once, or concordat serve",
  });
}
