/** concordat drift */
import type { Drift as DriftItem } from "../../model/plan.js";
import { instantFromMillis } from "../../protocol/instant.js";
import { planChange } from "../../reconcile.js";
import { BaseCommand } from "../base-command.js";
import { config, db, ref, repo } from "../flags.js";
import { renderDrift } from "../render/drift.js";
import { planSource } from "../plan-source.js";
import { resolveSettings } from "../settings.js";

interface DriftReport {
  readonly commit: string;
  readonly state_digest: string;
  readonly count: number;
  readonly drift: readonly DriftItem[];
}

export default class Drift extends BaseCommand<DriftReport> {
  static override summary = "Show what was changed outside git, and what will be done about it.";
  static override description =
    "Compares the state with what was last applied, and changes nothing. Exit code 0: nothing. 2: there is drift.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --db na.db --json",
  ];
  static override flags = { repo, ref, db, config };

  async run(): Promise<DriftReport> {
    const { flags } = await this.parse(Drift);
    const settings = resolveSettings(flags, process.env);
    const now = instantFromMillis(Date.now());
    const { plan } = await planChange({
      ...settings,
      ...planSource(settings),
      now,
      version: this.config.version,
    });
    if (plan.drift.length > 0) process.exitCode = 2;
    this.print(renderDrift(plan.drift, this.paint(flags)));
    const { commit } = plan.source;
    const { state_digest, drift } = plan;
    return { commit, state_digest, count: drift.length, drift };
  }
}
