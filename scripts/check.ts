/** Runs every check in turn and says which failed; `--report FILE` also writes the counts for .ci/run. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

const CHECKS = [
  "typecheck",
  "lint",
  "format:check",
  "knip",
  "check:manifest",
  "check:errors",
  "check:schemas",
  "check:lock",
];

const { values } = parseArgs({ options: { report: { type: "string" } } });
const failed: string[] = [];

for (const name of CHECKS) {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", name], {
    encoding: "utf8",
  });
  process.stdout.write(`${status === 0 ? "ok    " : "FAILED"} ${name}\n`);
  if (status === 0) continue;
  failed.push(name);
  process.stdout.write(`${stdout}${stderr}`);
}

process.stdout.write(
  failed.length === 0 ? `all ${CHECKS.length} checks hold\n` : `failed: ${failed.join(", ")}\n`,
);
if (values.report !== undefined) {
  const report = { passed: CHECKS.length - failed.length, failed: failed.length };
  writeFileSync(values.report, `${JSON.stringify(report)}\n`);
}
process.exitCode = failed.length === 0 ? 0 : 1;
