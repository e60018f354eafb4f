/** Where commits can be read from for an account of the past; null: nowhere. */
import { existsSync } from "node:fs";
import type { Settings } from "./settings.js";

/** The repository itself, or what the daemon fetched last of a remote. */
export function historySource({
  isRemote,
  repo,
  mirror,
}: Pick<Settings, "isRemote" | "repo" | "mirror">): string | null {
  if (!isRemote) return repo;
  return existsSync(mirror) ? mirror : null;
}
