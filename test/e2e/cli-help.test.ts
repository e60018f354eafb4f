import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { run } from "../helpers/cli.js";

interface Manifest {
  readonly commands: Readonly<
    Record<
      string,
      {
        readonly summary?: string;
        readonly examples?: readonly string[];
        readonly flags: Readonly<Record<string, { readonly description?: string }>>;
        readonly args: Readonly<Record<string, { readonly description?: string }>>;
      }
    >
  >;
}

const MANIFEST = JSON.parse(
  readFileSync(new URL("../../oclif.manifest.json", import.meta.url), "utf8"),
) as Manifest;

describe.each(Object.entries(MANIFEST.commands))("%s", (id, command) => {
  test("has a summary of one line, examples, and words for every flag and argument", () => {
    expect(command.summary).toMatch(/^[^\n]+\.$/);
    expect(command.examples?.length ?? 0).toBeGreaterThan(0);
    for (const flag of Object.values(command.flags)) expect(flag.description).toBeTruthy();
    for (const arg of Object.values(command.args)) expect(arg.description).toBeTruthy();
  });

  test("prints its help within 80 columns", async () => {
    const { code, stdout, stderr } = await run([...id.split(":"), "--help"]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toContain(command.summary);
    expect(stdout).toContain("EXAMPLES");
    const examples = stdout.slice(stdout.indexOf("EXAMPLES"));
    const lines = stdout.slice(0, -examples.length).split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

test("help comes with --help, -h, help and no argument at all", async () => {
  const texts = await Promise.all(
    [["--help"], ["-h"], ["help"], []].map(async (args) => (await run(args)).stdout),
  );
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain("verify");
  expect((await run(["help", "plan"])).stdout).toBe((await run(["plan", "-h"])).stdout);
});

test("the version names the program, the platform and the runtime", async () => {
  expect((await run(["--version"])).stdout).toMatch(/^concordat\/\d+\.\d+\.\d+ \S+ node-v\d+\.\d+/);
});
