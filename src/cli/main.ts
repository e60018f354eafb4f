/** Runs one command line, and is the one place where an error becomes text or JSON and an exit code. */
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { run } from "@oclif/core/run";
import { settings } from "@oclif/core/settings";
import { errorDocument, toAppError } from "./failure.js";
import { jsonText, wantsJson } from "./json-output.js";
import { renderError } from "./render/error.js";
import { paintFor } from "./render/paint.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** `args` as after the program's name. Sets `process.exitCode`, and leaves the process to end by itself. */
export async function main(args: readonly string[]): Promise<void> {
  // The reader of a pipe may go away at any time (`concordat plan | head`); that is no error of ours.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosedPipe);
  // With these the YAML parser prints what it reads to stdout, between the lines of our JSON.
  for (const name of ["LOG_TOKENS", "LOG_STREAM"]) delete process.env[name];
  // Always the built program: TypeScript 7 has no API for running from the source.
  settings.enableAutoTranspile = false;
  try {
    await run(withoutHelpCommand(args), { root: ROOT });
  } catch (thrown) {
    report(thrown, args);
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** `concordat help plan` is `concordat plan --help`. */
function withoutHelpCommand(args: readonly string[]): string[] {
  return args[0] === "help" ? [...args.slice(1), "--help"] : [...args];
}

function report(thrown: unknown, args: readonly string[]): void {
  const error = toAppError(thrown);
  process.exitCode = error.exitCode;
  if (wantsJson(args)) {
    process.stdout.write(jsonText(errorDocument(error)));
  } else {
    const wanted = args.includes("--no-color")
      ? false
      : args.includes("--color")
        ? true
        : undefined;
    process.stderr.write(renderError(error, paintFor(process.stderr, wanted)));
  }
  const debug = process.env["CONCORDAT_DEBUG"] ?? process.env["DEBUG"] ?? "";
  if (debug !== "") process.stderr.write(`${inspect(thrown)}\n`);
}
