/** concordat plan */
import { boolean, option, string } from "@oclif/core/flags";
import type { Plan as PlanValue } from "../../model/plan.js";
import { fromInstant, instantFromMillis } from "../../protocol/instant.js";
import { planChange } from "../../reconcile.js";
import { BaseCommand } from "../base-command.js";
import { applyCommand } from "../apply-command.js";
import { detailedExitCode } from "../detailed-exit-code.js";
import { config, db, ref, repo, time, verbose } from "../flags.js";
import { writePlanFile } from "../plan-file.js";
import { renderPlanMarkdown } from "../render/plan-markdown.js";
import { renderPlan } from "../render/plan.js";
import { planSource } from "../plan-source.js";
import { resolveSettings } from "../settings.js";

export default class Plan extends BaseCommand<PlanValue> {
  static override summary = "Show what the committed tree would change, and who is affected.";
  static override description = [
    "Reads the commit, never the working tree, and opens the state read-only: nothing is changed.",
    "Exit code 0, whatever the plan says. With --detailed-exitcode 0: nothing to do. 2: changes or drift. 3: refused.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --ref feature/new-treaty --out .concordat/change.plan",
    "<%= config.bin %> <%= command.id %> --format markdown > comment.md",
    "<%= config.bin %> <%= command.id %> --json --detailed-exitcode",
    "<%= config.bin %> <%= command.id %> --at 2027-01-01T00:00:00Z",
  ];
  static override flags = {
    repo,
    ref,
    db,
    config,
    at: time({
      exclusive: ["out"],
      description: "Plan as of another moment: what will be due, or expired. Nothing to apply.",
    }),
    out: string({ helpValue: "FILE", description: "Save the plan, for show and apply." }),
    format: option({ options: ["text", "markdown"] as const })({
      default: "text",
      exclusive: ["json"],
      description: "Text for a terminal, or Markdown for a comment on a pull request.",
    }),
    "detailed-exitcode": boolean({
      description: "Say by the exit code whether there is something to do.",
    }),
    verbose,
  };

  async run(): Promise<PlanValue> {
    const { flags } = await this.parse(Plan);
    const now = flags.at ?? instantFromMillis(Date.now());
    const settings = resolveSettings(flags, process.env);
    const { plan } = await planChange({
      ...settings,
      ...planSource(settings),
      now,
      version: this.config.version,
    });
    if (flags.out !== undefined) writePlanFile(flags.out, plan);
    if (flags["detailed-exitcode"]) process.exitCode = detailedExitCode(plan);
    const asOf = flags.at === undefined ? null : fromInstant(flags.at);
    const view = {
      verbose: flags.verbose,
      paint: this.paint(flags),
      apply: asOf === null ? applyCommand(this.config.bin, flags, plan) : null,
      asOf,
    };
    const markdown = flags.format === "markdown";
    this.print(markdown ? renderPlanMarkdown(plan, { asOf }) : renderPlan(plan, view));
    return plan;
  }
}
