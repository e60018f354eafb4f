/** concordat incident bad-feed */
import { string as stringArg } from "@oclif/core/args";
import { boolean, integer, string } from "@oclif/core/flags";
import { badFeed } from "../../../incident/bad-feed/bad-feed.js";
import { readExpectations } from "../../../incident/expectations/file.js";
import type { IncidentResult } from "../../../model/incident.js";
import { BaseCommand } from "../../base-command.js";
import { readFeedFrom } from "../../corrected-feed.js";
import { config, controlSocket, db, expect, incident, ref, repo } from "../../flags.js";
import { incidentTools, placed } from "../../incident-tools.js";
import { renderIncident } from "../../render/incident.js";
import { resolveSettings } from "../../settings.js";

export default class BadFeed extends BaseCommand<IncidentResult> {
  static override summary = "Answer a foreign revocation feed that should not have been imported.";
  static override description = [
    "Shows what the feed alone has revoked; drafts a branch that suspends its issuer and refuses it, without restoring a database;",
    "takes a corrected feed; checks attestations. Run it again as often as needed. Exit code 3 while a check disagrees.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> GLOBEX --sequence 12 --now",
    "<%= config.bin %> <%= command.id %> GLOBEX --sequence 12 --corrected globex-13.json --expect members.yaml",
  ];
  static override args = {
    issuer: stringArg({
      required: true,
      ignoreStdin: true,
      description: "Its sovereign id, or the name of its resource.",
    }),
  };
  static override flags = {
    sequence: integer({ required: true, min: 0, helpValue: "N", description: "Of the bad feed." }),
    corrected: string({
      helpValue: "FILE",
      description: "The feed to take instead: a file, or an https URL.",
    }),
    expect,
    now: boolean({
      default: false,
      description: "Suspend the issuer at once, without waiting for a merge.",
    }),
    incident,
    repo,
    ref,
    db,
    config,
    "control-socket": controlSocket,
  };

  async run(): Promise<IncidentResult> {
    const { args, flags } = await this.parse(BadFeed);
    const { sequence, corrected, now } = flags;
    const settings = resolveSettings(flags, process.env);
    const tools = incidentTools(settings, { ...flags, version: this.config.version });
    const answered = await badFeed(tools, {
      issuer: args.issuer,
      sequence,
      corrected: corrected === undefined ? null : await readFeedFrom(corrected, settings),
      expect: flags.expect ?? null,
      expectations: flags.expect === undefined ? [] : readExpectations(flags.expect),
      now,
    });
    const result = placed(answered, flags, settings);
    if (result.is_refused) process.exitCode = 3;
    this.print(renderIncident(result, this.paint(flags)));
    return result;
  }
}
