import { expect, test } from "vitest";
import { run } from "../helpers/cli.js";

function pretend(version: string): readonly string[] {
  const code = `const versions = { ...process.versions, node: "${version}" };
    Object.defineProperty(process, "versions", { value: versions });
    Object.defineProperty(process, "version", { value: "v${version}" });`;
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}

test.each(["12.22.12", "18.20.0", "20.20.2", "22.21.9"])(
  "Node %s is told what is needed",
  async (version) => {
    const { code, stdout, stderr } = await run(["plan"], { node: pretend(version) });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(`concordat needs Node 22.22 or newer; this is v${version}.`);
  },
);

test("under --json it is a document too", async () => {
  const { code, json } = await run(["plan", "--json"], { node: pretend("20.20.2") });
  expect(code).toBe(1);
  expect(json()).toMatchObject({ error: { code: "unsupported_runtime" } });
});

test.each(["22.22.0", "23.0.0", "26.10.0"])("Node %s is new enough", async (version) => {
  const { code } = await run(["--version"], { node: pretend(version) });
  expect(code).toBe(0);
});
