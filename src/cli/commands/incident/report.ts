/** concordat incident report */
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { string as stringArg } from "@oclif/core/args";
import { boolean, option } from "@oclif/core/flags";
import { closeIncident, readRecord } from "../../../incident/record-files.js";
import { reportHtml } from "../../../incident/report/html.js";
import { reportMarkdown } from "../../../incident/report/markdown.js";
import { reportOf } from "../../../incident/report/report.js";
import { realClock } from "../../../controller/real-time.js";
import type { Incident } from "../../../model/incident.js";
import { BaseCommand } from "../../base-command.js";
import { writeOutput } from "../../files.js";
import { renderReport } from "../../render/incident-report.js";
import { whoAmI } from "../../who.js";

interface Reported {
  readonly folder: string;
  /** Written into the folder; none with --format. */
  readonly reports: readonly string[];
  /** Files that are not as they were recorded. */
  readonly altered: readonly string[];
  readonly incident: Incident;
}

const FORMATS = { md: reportMarkdown, html: reportHtml } as const;
const INTEGRITY = 6;
/** What somebody has put beside them is told in the report, and alters nothing. */
const ALTERED = new Set(["CHANGED", "missing"]);

export default class IncidentReport extends BaseCommand<Reported> {
  static override summary = "Render the record of an incident as Markdown and HTML.";
  static override description =
    "Writes report.md and report.html into its folder, and checks every file against the digest in the record: exit code 6 when one was altered.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> .concordat/incidents/2026-11-23-bad-treaty-1a2b3c4d",
    "<%= config.bin %> <%= command.id %> INC-7 --format md > comment.md",
    "<%= config.bin %> <%= command.id %> INC-7 --close",
  ];
  static override args = {
    folder: stringArg({
      required: true,
      ignoreStdin: true,
      description: "Folder of the incident.",
    }),
  };
  static override flags = {
    close: boolean({
      exclusive: ["format"],
      description: "Close the incident first: the same trouble begins another one.",
    }),
    format: option({ options: ["md", "html"] as const })({
      exclusive: ["json"],
      description: "Print this one, and write nothing.",
    }),
  };

  async run(): Promise<Reported> {
    const { args, flags } = await this.parse(IncidentReport);
    const folder = resolve(args.folder);
    const random = randomBytes;
    if (flags.close) closeIncident(folder, { by: whoAmI(), clock: realClock, random });
    const { incident, files } = readRecord(folder);
    const altered = [...files].flatMap(([name, state]) => (ALTERED.has(state) ? [name] : []));
    if (altered.length > 0) process.exitCode = INTEGRITY;
    const report = reportOf(incident, files);
    const reports = flags.format === undefined ? (["md", "html"] as const) : [];
    const paths = reports.map((format) => {
      const path = join(folder, `report.${format}`);
      writeOutput(path, FORMATS[format](report), false);
      return path;
    });
    this.print(
      flags.format === undefined
        ? renderReport(report, { paths, altered })
        : FORMATS[flags.format](report),
    );
    return { folder, reports: paths, altered, incident };
  }
}
