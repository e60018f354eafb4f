/** Builds, and fails when the committed oclif.manifest.json is not what the commands say. */
import { spawnSync } from "node:child_process";

const MANIFEST = "oclif.manifest.json";
const run = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;

if (!run("npm", ["run", "--silent", "build"])) {
  process.exitCode = 1;
} else if (
  !run("git", ["ls-files", "--error-unmatch", MANIFEST]) ||
  !run("git", ["diff", "--exit-code", "--quiet", "--", MANIFEST])
) {
  process.stderr.write(`${MANIFEST} was stale or not in git\nhint: git add ${MANIFEST}\n`);
  process.exitCode = 1;
}
