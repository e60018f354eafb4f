import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cleanEnvironment, PROGRAM, run, start, trustRepository } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";

/** A git that never answers, so that a command can be interrupted while it waits; it tells that it was asked. */
function slowGit(): { readonly path: string; readonly asked: () => boolean } {
  const dir = temporaryFolder();
  writeFileSync(join(dir, "git"), `#!/bin/sh\n: > "${dir}/asked"\nexec sleep 60\n`);
  chmodSync(join(dir, "git"), 0o755);
  return { path: `${dir}:${process.env["PATH"]}`, asked: () => existsSync(join(dir, "asked")) };
}

describe("an interrupted command ends as a shell reports it", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s with %d", async (signal, code) => {
    const { path, asked } = slowGit();
    const child = start(["plan"], { env: { PATH: path } });
    const ended = once(child, "exit");
    while (!asked()) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill(signal);
    expect(await ended).toEqual([code, null]);
  });
});

test("a reader that goes away is no error", () => {
  const home = cleanEnvironment();
  const script = `"$0" "$1" --help | head -n 1; "$0" "$1" --help | true`;
  const { stderr, stdout, status } = spawnSync(
    "/bin/sh",
    ["-c", script, process.execPath, PROGRAM],
    { env: home },
  );
  expect([status, stderr.toString()]).toEqual([0, ""]);
  expect(stdout.toString().split("\n")).toHaveLength(2);
});

test("colour comes only when it is asked for, where nobody looks", async () => {
  const dir = await trustRepository();
  const coloured = async (
    flags: readonly string[],
    env: Record<string, string> = {},
  ): Promise<boolean> =>
    (await run(["plan", ...flags], { cwd: dir, env })).stdout.includes("\u001b[");
  expect(await coloured([])).toBe(false);
  expect(await coloured(["--color"])).toBe(true);
  expect(await coloured([], { FORCE_COLOR: "1" })).toBe(true);
  expect(await coloured(["--no-color"], { FORCE_COLOR: "1" })).toBe(false);
  expect(await coloured(["--json"], { FORCE_COLOR: "1" })).toBe(false);
});

describe("a stack is shown to whoever asks for it", () => {
  test.each([
    [{}, false],
    [{ CONCORDAT_DEBUG: "1" }, true],
    [{ DEBUG: "concordat" }, true],
  ])("%j: %s", async (env, shown) => {
    const { code, stderr } = await run(["status"], { env });
    expect(code).toBe(1);
    expect(/^ {4}at /m.test(stderr)).toBe(shown);
  });
});

/** util-linux has it; it makes a terminal for the program that it runs. */
const SCRIPT = "script";
const present = spawnSync(SCRIPT, ["--version"]).status === 0;
if (!present) console.warn("skipped: there is no script(1) to make a terminal with");

describe.runIf(present)("on a terminal", () => {
  /** Types `text` once the program has asked, and gives all that was on the screen and the exit code. */
  async function answer(dir: string, text: string): Promise<string> {
    const command = `exec "${process.execPath}" "${PROGRAM}" apply`;
    const terminal = spawn(SCRIPT, ["--quiet", "--return", "--command", command, "/dev/null"], {
      cwd: dir,
      env: { ...cleanEnvironment(), SHELL: "/bin/sh", NO_COLOR: "1" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let screen = "";
    terminal.stdout.on("data", (chunk: Buffer) => {
      screen += chunk.toString();
      if (screen.endsWith("is accepted: ")) terminal.stdin.write(text);
    });
    const [code] = (await once(terminal, "close")) as [number];
    return `${screen.replaceAll("\r", "")}code ${code}`;
  }

  test("the plan is shown and asked about, and only yes applies it", async () => {
    const dir = await trustRepository();
    for (const text of ["\n", "y\n", "YES\n", "\u0004"]) {
      const refused = await answer(dir, text);
      expect(refused).toContain("confirmation_required");
      expect(refused).toContain("code 3");
    }
    const applied = await answer(dir, "yes\n");
    expect(applied).toMatch(/^PLAN /);
    expect(applied).toContain("APPLIED");
    expect(applied).toContain("code 0");
    expect(await answer(dir, "")).toMatch(/^No changes\.\ncode 0/);
  });

  test("Ctrl-C ends it with 130 and nothing applied", async () => {
    const dir = await trustRepository();
    expect(await answer(dir, "\u0003")).toContain("code 130");
    expect((await run(["status"], { cwd: dir })).code).toBe(1);
  });
});
