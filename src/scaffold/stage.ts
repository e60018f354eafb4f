/** Fills a new or empty folder as a whole or not at all. */
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "../errors.js";

/**
 * Runs `build` on a folder called `name` beside or inside `dir`, and puts what it holds in the place of `dir` once it is
 * complete. Whatever fails, `dir` is left as it was. Throws not_empty, unreadable_file, and what `build` throws.
 */
export async function fillFolder<T>(
  dir: string,
  name: string,
  build: (stage: string) => Promise<T>,
): Promise<T> {
  const exists = isEmptyFolder(dir);
  // Inside a folder that is there, so that both are on one file system and its parent need not be writable.
  const stage = join(exists ? dir : dirname(dir), name);
  guard(stage, () => {
    mkdirSync(dirname(stage), { recursive: true });
    mkdirSync(stage);
  });
  try {
    const built = await build(stage);
    guard(dir, () => (exists ? moveEntries(stage, dir) : renameSync(stage, dir)));
    return built;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** False when nothing is there. */
function isEmptyFolder(dir: string): boolean {
  const names = guard(dir, () => {
    try {
      return readdirSync(dir);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      throw error;
    }
  });
  if (names !== null && names.length > 0) throw new AppError("not_empty", `${dir} is not empty`);
  return names !== null;
}

/** The folder itself stays: it may be a mount point, or where the user's shell stands. */
function moveEntries(from: string, to: string): void {
  const moved: string[] = [];
  try {
    for (const name of readdirSync(from)) {
      renameSync(join(from, name), join(to, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved) rmSync(join(to, name), { recursive: true, force: true });
    throw error;
  }
}

function guard<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new AppError("unreadable_file", `${path} cannot be written (${codeOf(cause)})`, {
      cause,
    });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
