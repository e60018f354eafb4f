/** Runs a TypeScript file of the tests in a process of its own. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Node reads TypeScript, but not the `.js` names by which our files import each other. */
const NAMES = new URL("../../../bench/resolve.ts", import.meta.url);

/** What the process wrote to its standard output. Rejects when it does not end with 0. */
export async function runTypeScript(file: URL): Promise<string> {
  const args = ["--import", NAMES.href, fileURLToPath(file)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout;
}
