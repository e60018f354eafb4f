/** concordat show */
import { string as stringArg } from "@oclif/core/args";
import { option } from "@oclif/core/flags";
import type { Plan } from "../../model/plan.js";
import { BaseCommand } from "../base-command.js";
import { verbose } from "../flags.js";
import { readPlanFile } from "../plan-file.js";
import { renderPlanMarkdown } from "../render/plan-markdown.js";
import { renderPlan } from "../render/plan.js";

export default class Show extends BaseCommand<Plan> {
  static override summary = "Show a saved plan. Needs neither the repository nor the state.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> .concordat/change.plan",
    "<%= config.bin %> <%= command.id %> .concordat/change.plan --format markdown > comment.md",
  ];
  static override args = {
    file: stringArg({
      required: true,
      ignoreStdin: true,
      description: "A file made by plan --out; - reads standard input.",
    }),
  };
  static override flags = {
    format: option({ options: ["text", "markdown"] as const })({
      default: "text",
      exclusive: ["json"],
      description: "Text for a terminal, or Markdown for a comment on a pull request.",
    }),
    verbose,
  };

  async run(): Promise<Plan> {
    const { args, flags } = await this.parse(Show);
    const plan = readPlanFile(args.file);
    const apply = args.file === "-" ? null : [this.config.bin, "apply", args.file];
    const view = { verbose: flags.verbose, paint: this.paint(flags), apply };
    this.print(flags.format === "markdown" ? renderPlanMarkdown(plan) : renderPlan(plan, view));
    return plan;
  }
}
