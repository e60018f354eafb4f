/** concordat status */
import { setTimeout as pause } from "node:timers/promises";
import { boolean } from "@oclif/core/flags";
import { instantFromMillis } from "../../protocol/instant.js";
import { BaseCommand } from "../base-command.js";
import { config, controlSocket, db, repo, verbose } from "../flags.js";
import { renderStatus } from "../render/status.js";
import { resolveSettings, type Settings } from "../settings.js";
import { statusReport, type StatusReport } from "../status-report.js";

const WATCH_MS = 2_000;
/** Home, and everything below it erased: the text of the last look is written over. */
const CLEAR = "\u001B[H\u001B[J";

export default class Status extends BaseCommand<StatusReport> {
  static override summary =
    "Show how the controller does, what the state holds, and what ends soon.";
  static override description =
    "Asks the daemon on this state; where none runs, shows what the last one left. Changes nothing and needs no commit.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --watch",
    "<%= config.bin %> <%= command.id %> --db na.db --json",
  ];
  static override flags = {
    repo,
    db,
    config,
    "control-socket": controlSocket,
    watch: boolean({ exclusive: ["json"], description: "Look again every two seconds." }),
    verbose,
  };

  async run(): Promise<StatusReport> {
    const { flags } = await this.parse(Status);
    const settings = resolveSettings(flags, process.env);
    const show = async (before: string): Promise<StatusReport> => {
      const report = await look(settings);
      this.print(before + renderStatus(report, flags.verbose, this.paint(flags)));
      return report;
    };
    const first = await show("");
    // Ctrl-C ends it.
    while (flags.watch) {
      await pause(WATCH_MS);
      await show(process.stdout.isTTY ? CLEAR : "\n");
    }
    return first;
  }
}

async function look(settings: Settings): Promise<StatusReport> {
  return await statusReport(settings, instantFromMillis(Date.now()));
}
