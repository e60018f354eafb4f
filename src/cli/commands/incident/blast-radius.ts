/** concordat incident blast-radius */
import { string as stringArg } from "@oclif/core/args";
import { boolean, string } from "@oclif/core/flags";
import { fetchOptions } from "../../../feeds/fetch-options.js";
import { blastRadius, type BlastRadiusReport } from "../../../incident/blast-radius/incident.js";
import { readExpectations } from "../../../incident/expectations/file.js";
import type { IncidentResult } from "../../../model/incident.js";
import { BaseCommand } from "../../base-command.js";
import { config, db, expect, incident, ref, repo } from "../../flags.js";
import { incidentTools, placed } from "../../incident-tools.js";
import { renderIncident } from "../../render/incident.js";
import { resolveSettings } from "../../settings.js";

export default class BlastRadius extends BaseCommand<IncidentResult & BlastRadiusReport> {
  static override summary = "Show who is hit when a treaty, attestation, sovereign or key falls.";
  static override description = [
    "Counts lost trust paths, asks every sovereign's public connectome whether it has the newest feed, and checks attestations here",
    "and there. Changes nothing. Exit code 3 while a check disagrees.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> GLOBEX",
    "<%= config.bin %> <%= command.id %> 5f6d2c0e-0000-4000-8000-000000000000 --issuer GLOBEX --expect members.yaml",
  ];
  static override args = {
    id: stringArg({
      required: true,
      ignoreStdin: true,
      description: "Id of a treaty, an attestation, a sovereign or an operator key.",
    }),
  };
  static override flags = {
    issuer: string({
      helpValue: "ID",
      description: "Sovereign that issued an attestation which is not known here.",
    }),
    expect,
    ask: boolean({
      allowNo: true,
      default: true,
      description: "Ask the other sovereigns over the network.",
    }),
    incident,
    repo,
    ref,
    db,
    config,
  };

  async run(): Promise<IncidentResult & BlastRadiusReport> {
    const { args, flags } = await this.parse(BlastRadius);
    const settings = resolveSettings(flags, process.env);
    const tools = incidentTools(settings, { ...flags, version: this.config.version });
    const answered = await blastRadius(tools, {
      id: args.id,
      issuer: flags.issuer ?? null,
      expectations: flags.expect === undefined ? [] : readExpectations(flags.expect),
      fetch: fetchOptions(settings.feeds),
      ask: flags.ask,
    });
    const result = placed(answered, flags, settings);
    if (result.is_refused) process.exitCode = 3;
    this.print(renderIncident(result, this.paint(flags)));
    return result;
  }
}
