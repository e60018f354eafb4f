/** concordat incident bad-treaty */
import { string as stringArg } from "@oclif/core/args";
import { boolean, string } from "@oclif/core/flags";
import { badTreaty } from "../../../incident/bad-treaty/bad-treaty.js";
import type { IncidentResult } from "../../../model/incident.js";
import { BaseCommand } from "../../base-command.js";
import { readInput } from "../../files.js";
import { config, controlSocket, db, incident, ref, repo } from "../../flags.js";
import { incidentTools, placed } from "../../incident-tools.js";
import { renderIncident } from "../../render/incident.js";
import { resolveSettings } from "../../settings.js";

export default class BadTreaty extends BaseCommand<IncidentResult> {
  static override summary = "Answer a treaty that should not have been issued.";
  static override description = [
    "Shows what its revocation cuts off, drafts it as a branch, lists what was accepted under the treaty, writes notices, and keeps",
    "a corrected treaty as a draft until somebody confirms the subject's keys. Exit code 3 when what was asked for is refused.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> globex --now",
    "<%= config.bin %> <%= command.id %> globex --corrected corrected.yaml",
    '<%= config.bin %> <%= command.id %> globex --confirm-key BASE64 --source "read out on the phone"',
  ];
  static override args = {
    treaty: stringArg({
      required: true,
      ignoreStdin: true,
      description: "Its id, or the name of its resource.",
    }),
  };
  static override flags = {
    now: boolean({
      default: false,
      description: "Revoke it at once, without waiting for a merge.",
    }),
    corrected: string({
      helpValue: "FILE",
      description: "The RecognitionTreaty as it should be, with its Sovereign if that changes.",
    }),
    "confirm-key": string({
      helpValue: "KEY",
      multiple: true,
      dependsOn: ["source"],
      description: "A key of the subject as a second source gives it. Once for each key.",
    }),
    source: string({
      helpValue: "TEXT",
      dependsOn: ["confirm-key"],
      description: "The second source of the key, for the record.",
    }),
    incident,
    repo,
    ref,
    db,
    config,
    "control-socket": controlSocket,
  };

  async run(): Promise<IncidentResult> {
    const { args, flags } = await this.parse(BadTreaty);
    const { now, corrected, source, "confirm-key": keys } = flags;
    const settings = resolveSettings(flags, process.env);
    const tools = incidentTools(settings, { ...flags, version: this.config.version });
    const answered = await badTreaty(tools, {
      treaty: args.treaty,
      now,
      correction: {
        corrected: corrected === undefined ? null : readInput(corrected),
        confirmed: keys === undefined || source === undefined ? null : { keys, source },
      },
    });
    const result = placed(answered, flags, settings);
    if (result.is_refused) process.exitCode = 3;
    this.print(renderIncident(result, this.paint(flags)));
    return result;
  }
}
