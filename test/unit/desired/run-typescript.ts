/** Runs a TypeScript file of the tests in a process of its own. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Node reads TypeScript, but not the `.js` names by which our files import each other. */
const HOOK = `import { registerHooks } from "node:module";
registerHooks({
  resolve: (name, context, next) =>
    next(name.startsWith(".") && context.parentURL.endsWith(".ts") ? name.replace(/[.]js$/, ".ts") : name, context),
});`;

/** What the process wrote to its standard output. Rejects when it does not end with 0. */
export async function runTypeScript(path: string): Promise<string> {
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", hook, path]);
  return stdout;
}
