/** concordat status */
import { instantFromMillis } from "../../protocol/instant.js";
import { openState } from "../../state/open.js";
import { BaseCommand } from "../base-command.js";
import { db, repo, verbose } from "../flags.js";
import { renderStatus } from "../render/status.js";
import { resolveSettings } from "../settings.js";
import { stateReport } from "../state-report.js";
import type { StateReport } from "../state-report.js";

export default class Status extends BaseCommand<StateReport> {
  static override summary = "Show what the authority's state holds, and what ends soon.";
  static override description = "Reads the state alone and changes nothing; it needs no commit.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --db na.db --json",
  ];
  static override flags = { repo, db, verbose };

  async run(): Promise<StateReport> {
    const { flags } = await this.parse(Status);
    const reader = openState(resolveSettings(flags, process.env).db);
    try {
      const sequence = reader.publishedFeed()?.sequence ?? null;
      const report = stateReport(reader.snapshot(), sequence, instantFromMillis(Date.now()));
      this.print(renderStatus(report, flags.verbose, this.paint(flags)));
      return report;
    } finally {
      reader.close();
    }
  }
}
