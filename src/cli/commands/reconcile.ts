/** concordat reconcile */
import { boolean } from "@oclif/core/flags";
import type { OperatorControls, Run } from "../../model/controller.js";
import { BaseCommand } from "../base-command.js";
import { ControlClient } from "../control-client.js";
import { logEvent } from "../controller-log.js";
import {
  allowLostPaths,
  allowRemovals,
  authorityKey,
  config,
  controlSocket,
  db,
  logLevel,
  ref,
  repo,
} from "../flags.js";
import { inForeground } from "../foreground.js";
import { openLog } from "../log.js";
import { renderRun } from "../render/run.js";
import { runExitCode } from "../run-exit-code.js";
import { resolveSettings } from "../settings.js";
import { whoAmI } from "../who.js";

export default class Reconcile extends BaseCommand<Run> {
  static override summary = "Make the state equal to the head once, here or in the daemon.";
  static override description = [
    "--once runs one pass in this process and exits 5 while another one writes the state. --now asks the running daemon for",
    "one, which is also the way to let one plan through its limits. Exit code 0: the state equals the head. 1: it could not",
    "be made so. 3: a guard or a suspension refused. 4: it moved meanwhile. 6: the key is not the genesis's.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> --once",
    "<%= config.bin %> <%= command.id %> --now",
    "<%= config.bin %> <%= command.id %> --now --allow-removals 12",
  ];
  static override flags = {
    once: boolean({ exactlyOne: ["once", "now"], description: "One pass in the foreground." }),
    now: boolean({ description: "Have the daemon on this state run a pass at once." }),
    repo,
    ref,
    db,
    config,
    "authority-key": authorityKey,
    "allow-removals": allowRemovals,
    "allow-lost-paths": allowLostPaths,
    "control-socket": controlSocket,
    "log-level": logLevel({ default: "warn" as const }),
  };

  async run(): Promise<Run> {
    const { flags } = await this.parse(Reconcile);
    const settings = resolveSettings(flags, process.env);
    const request = {
      by: whoAmI(),
      allowRemovals: flags["allow-removals"] ?? null,
      allowLostPaths: flags["allow-lost-paths"] ?? null,
    };
    const reconcile = async (controls: OperatorControls): Promise<Run> =>
      await controls.reconcile(request);
    const log = openLog(flags["log-level"]);
    const run = flags.now
      ? await reconcile(new ControlClient(settings.controlSocket))
      : await inForeground(
          {
            settings,
            version: this.config.version,
            command: "reconcile",
            observe: (event) => logEvent(log, event),
          },
          reconcile,
        );
    process.exitCode = runExitCode(run);
    this.print(renderRun(run, this.paint(flags)));
    return run;
  }
}
