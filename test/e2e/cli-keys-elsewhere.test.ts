import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";

test("keys that init put elsewhere are found by apply", async () => {
  const top = temporaryFolder();
  const keysDir = join(top, "safe keys");
  const made = await run(["init", "trust", "--sovereign-id", "ACME", "--keys-dir", keysDir], {
    cwd: top,
  });
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout).toContain("readable by you alone:");
  const cwd = join(top, "trust");
  expect((await run(["validate"], { cwd })).code).toBe(0);
  expect(await run(["apply", "--auto-approve"], { cwd })).toMatchObject({ code: 0, stderr: "" });
});
