/** Real git repositories in temporary folders that go away with the test. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A new empty folder, without symbolic links in its path, removed when the test ends. */
export function temporaryFolder(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "concordat-test-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Writes files below a folder, by their paths from there. */
export function writeFiles(
  dir: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Runs git by hand, as an operator would, with nobody's configuration. Returns its trimmed output. */
export function git(dir: string, args: readonly string[], input: string | Uint8Array = ""): string {
  const output = execFileSync("git", args, {
    cwd: dir,
    input,
    timeout: 30_000,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_AUTHOR_NAME: "Test",
      GIT_AUTHOR_EMAIL: "test@localhost",
      GIT_COMMITTER_NAME: "Test",
      GIT_COMMITTER_EMAIL: "test@localhost",
    },
  });
  return output.toString().trim();
}

/** Writes the files, commits everything that is not ignored, and returns the commit id. */
export function commitFiles(
  dir: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  message = "change",
): string {
  writeFiles(dir, files);
  git(dir, ["add", "--all"]);
  git(dir, ["commit", "--quiet", "--allow-empty", "--message", message]);
  return git(dir, ["rev-parse", "HEAD"]);
}

/** A repository on `main` in a temporary folder, with the files as its first commit. */
export function repositoryWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const dir = temporaryFolder();
  git(dir, ["init", "--quiet", "--initial-branch=main"]);
  commitFiles(dir, files, "first");
  return dir;
}
