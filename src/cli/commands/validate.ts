/** concordat validate */
import { string as stringArg } from "@oclif/core/args";
import { ERRORS } from "../../errors.js";
import { BaseCommand } from "../base-command.js";
import { config } from "../flags.js";
import { renderValidation } from "../render/validation.js";
import { resolveSettings } from "../settings.js";
import { validateFolder } from "../validate-folder.js";
import type { Validation } from "../validate-folder.js";

export default class Validate extends BaseCommand<Validation> {
  static override summary = "Report every fault of a trust repository's files, committed or not.";
  static override description =
    "Needs neither a state nor the network. Exit code 0: valid, warnings apart. 1: faults.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> trust --json",
  ];
  static override args = {
    dir: stringArg({
      ignoreStdin: true,
      description: "The repository, or any folder laid out as one. Default: the current one.",
    }),
  };
  static override flags = { config };

  async run(): Promise<Validation> {
    const { args, flags } = await this.parse(Validate);
    const { repo, limits } = resolveSettings({ ...flags, repo: args.dir }, process.env);
    const validation = await validateFolder(repo, limits);
    if (!validation.valid) process.exitCode = ERRORS.validation_failed.exit;
    this.print(renderValidation(validation, this.paint(flags)));
    return validation;
  }
}
