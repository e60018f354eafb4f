/** What every command shares: --json, --color, where output goes, and what counts as a usage error. */
import { stripVTControlCharacters } from "node:util";
import { Command } from "@oclif/core/command";
import { boolean } from "@oclif/core/flags";
import { AppError } from "../errors.js";
import { endOnSignals } from "./interrupt.js";
import { jsonText, wantsJson } from "./json-output.js";
import { paintFor } from "./render/paint.js";
import type { Paint } from "./render/paint.js";

/** A command returns its result; that value is what --json prints. `main.ts` maps what it throws to an exit code. */
export abstract class BaseCommand<Result extends object> extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    color: boolean({
      allowNo: true,
      helpGroup: "GLOBAL",
      description:
        "Colour the text, or never. Default: on a terminal; NO_COLOR and FORCE_COLOR are obeyed.",
    }),
  };

  /** Gives SIGINT and SIGTERM back to the command, for one that stops in its own way. */
  protected releaseSignals: () => void = () => {};

  abstract override run(): Promise<Result>;

  /** The flag alone decides: oclif would also take a variable of the environment, and errors would not follow it. */
  override jsonEnabled(): boolean {
    return wantsJson(this.argv);
  }

  protected override async init(): Promise<void> {
    await super.init();
    this.releaseSignals = endOnSignals();
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    // A signal that comes after the outcome is known must not change it.
    this.releaseSignals();
    await super.finally(error);
  }

  /** Until `parse` has returned, whatever is thrown is about the command line; what it asked for can be wrong after it too. */
  protected override async catch(thrown: Error): Promise<never> {
    throw this.parsed && !isUnexplained(thrown) ? thrown : usageError(thrown, this.id ?? "");
  }

  /** A result as text: stdout, or nothing under --json. Text ends with a line break. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) process.stdout.write(text);
  }

  /** Talk: stderr, whatever stdout holds. */
  protected say(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  protected override logJson(result: unknown): void {
    process.stdout.write(jsonText(result));
  }

  protected paint(flags: { readonly color: boolean | undefined }): Paint {
    return paintFor(process.stdout, flags.color);
  }
}

/** The hint of the table knows no command. */
function isUnexplained(thrown: Error): boolean {
  return (
    thrown instanceof AppError &&
    thrown.code === "usage" &&
    thrown.hint === new AppError("usage", "").hint
  );
}

/** oclif frames its messages: a pointer to the help at the end, an announcement or a note about multiple values. */
function usageError(thrown: Error, id: string): AppError {
  const message = stripVTControlCharacters(thrown.message)
    .replace(/\nSee more help with --help\s*$/, "")
    .replace(/\n\nNote: [^]*$/, "")
    .replace(/^The following errors? occurred:\n\s*/, "")
    .replace(/^Parsing (--\S+) \n\t/, "$1: ");
  return new AppError("usage", message, {
    hint: `see concordat ${id.replaceAll(":", " ")} --help`,
    cause: thrown,
  });
}
