import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../helpers/git.js";

const ROOT = resolve(import.meta.dirname, "../..");

/** The commands of a README that a newcomer is told to run, in their order. */
function commandsOf(readme: string): string {
  const text = readFileSync(join(ROOT, readme), "utf8");
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block).join("");
}

/** Runs them as one script on a machine without any git configuration; `npx concordat` is this build. */
function run(script: string): { code: number | null; output: string } {
  const home = temporaryFolder();
  const main = join(ROOT, "bin", "run.js");
  writeFiles(home, { "bin/npx": `#!/bin/sh\nshift\nexec "${process.execPath}" "${main}" "$@"\n` });
  chmodSync(join(home, "bin", "npx"), 0o755);
  const { status, stdout, stderr } = spawnSync("bash", ["-euo", "pipefail"], {
    cwd: ROOT,
    input: script,
    encoding: "utf8",
    timeout: 150_000,
    env: {
      PATH: `${join(home, "bin")}:${resolve(process.execPath, "..")}:${process.env["PATH"]}`,
      HOME: home,
      TMPDIR: home,
      GIT_CONFIG_NOSYSTEM: "1",
      NO_COLOR: "1",
    },
  });
  return { code: status, output: stdout + stderr };
}

test("the commands of examples/one-operator do what its README says", () => {
  const { code, output } = run(commandsOf("examples/one-operator/README.md"));
  expect(output).toContain("Valid: 7 resources");
  expect(output).toContain("No changes.");
  expect(output).toMatch(/x revoke +treaty\/bravo +key_compromise/);
  expect(output).toContain("BRAVO is cut off");
  expect(output).toMatch(/events written to .*incident\.jsonl/);
  expect(output).toMatch(/\+ issue +treaty\/bravo/);
  expect(code, output).toBe(0);
});

test("the commands of examples/federation do what its README says", () => {
  const { code, output } = run(commandsOf("examples/federation/README.md"));
  expect(output.match(/^Valid: /gm)).toHaveLength(5);
  expect(output).toMatch(/~ reject +feed\/hooli-12/);
  expect(output).toMatch(/x import +feed\/globex-4/);
  expect(output).toContain("UMBRELLA is cut off");
  expect(output).toMatch(/\+ reject +feed\/globex-4/);
  expect(code, output).toBe(0);
});
