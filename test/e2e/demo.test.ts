/** The first command of the README comes to its end. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const DEMO = fileURLToPath(new URL("../../scripts/demo.ts", import.meta.url));

test("everything that the demo expects holds", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [DEMO]);
  expect(stdout).toMatch(/All \d+ checks of the demo hold\.\n$/);
});
