/** concordat suspend */
import { custom } from "@oclif/core/flags";
import type { ControllerStatus, OperatorControls } from "../../model/controller.js";
import type { Seconds } from "../../model/time.js";
import {
  fromInstant,
  instantFromMillis,
  parseDuration,
  plusSeconds,
} from "../../protocol/instant.js";
import { BaseCommand } from "../base-command.js";
import { whereItRuns } from "../control-client.js";
import { config, controlSocket, db, reason, ref, repo } from "../flags.js";
import { inForeground } from "../foreground.js";
import { renderSuspension } from "../render/suspension.js";
import { resolveSettings } from "../settings.js";
import { whoAmI } from "../who.js";

export default class Suspend extends BaseCommand<ControllerStatus> {
  static override summary = "Stop following git, until a time or until resume.";
  static override description = [
    "What is applied is served on, and feeds are still polled, for they only take trust away. The audit records who, why and",
    "until when. Without a daemon the state itself is told, and the next one obeys.",
  ].join(" ");
  static override examples = [
    '<%= config.bin %> <%= command.id %> --reason "INC-7: looking at the last merge" --for 2h',
  ];
  static override flags = {
    repo,
    ref,
    db,
    config,
    "control-socket": controlSocket,
    reason: reason({ required: true }),
    for: custom<Seconds>({
      parse: async (text) => parseDuration(text),
      helpValue: "DURATION",
      description: "90s, 15m, 2h, 1d. Default: until resume.",
    })(),
  };

  async run(): Promise<ControllerStatus> {
    const { flags } = await this.parse(Suspend);
    const settings = resolveSettings(flags, process.env);
    const now = instantFromMillis(Date.now());
    const until = flags.for === undefined ? null : fromInstant(plusSeconds(now, flags.for));
    const suspend = async (controls: OperatorControls): Promise<ControllerStatus> =>
      await controls.suspend({ by: whoAmI(), reason: flags.reason, until });
    const here = { settings, version: this.config.version, command: "suspend", observe: () => {} };
    const status = await whereItRuns(
      settings.controlSocket,
      suspend,
      async () => await inForeground(here, suspend),
    );
    this.print(renderSuspension(status, true));
    return status;
  }
}
