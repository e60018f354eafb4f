/** concordat resume */
import { boolean } from "@oclif/core/flags";
import { AppError } from "../../errors.js";
import type { ControllerStatus, OperatorControls } from "../../model/controller.js";
import { BaseCommand } from "../base-command.js";
import { whereItRuns } from "../control-client.js";
import { authorityKey, config, controlSocket, db, reason, ref, repo } from "../flags.js";
import { inForeground } from "../foreground.js";
import { renderSuspension } from "../render/suspension.js";
import { resolveSettings } from "../settings.js";
import { whoAmI } from "../who.js";

export default class Resume extends BaseCommand<ControllerStatus> {
  static override summary = "Follow git again, after a suspension or a rewritten history.";
  static override description = [
    "Runs a pass at once. --accept-history goes on from the head that the controller halted at, although it does not descend",
    "from what was trusted; look at it first with concordat status and git log. The audit records who and why.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    '<%= config.bin %> <%= command.id %> --accept-history --reason "history was cleaned, reviewed in #41"',
  ];
  static override flags = {
    repo,
    ref,
    db,
    config,
    "authority-key": authorityKey,
    "control-socket": controlSocket,
    reason: reason({}),
    "accept-history": boolean({
      description: "Trust the rewritten head from now on. Needs --reason.",
    }),
  };

  async run(): Promise<ControllerStatus> {
    const { flags } = await this.parse(Resume);
    const acceptHistory = flags["accept-history"] ?? false;
    if (acceptHistory && flags.reason === undefined)
      throw new AppError("usage", "--accept-history needs --reason TEXT, for the audit");
    const settings = resolveSettings(flags, process.env);
    const resume = async (controls: OperatorControls): Promise<ControllerStatus> =>
      await controls.resume({ by: whoAmI(), reason: flags.reason ?? null, acceptHistory });
    const here = { settings, version: this.config.version, command: "resume", observe: () => {} };
    let isRunning = true;
    const status = await whereItRuns(settings.controlSocket, resume, async () => {
      isRunning = false;
      return await inForeground(here, resume);
    });
    this.print(renderSuspension(status, isRunning));
    return status;
  }
}
