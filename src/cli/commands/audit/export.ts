/** concordat audit export */
import { option, string } from "@oclif/core/flags";
import { exportAudit } from "../../../audit/export.js";
import { AppError } from "../../../errors.js";
import { fromInstant } from "../../../protocol/instant.js";
import { openState } from "../../../state/open.js";
import { BaseCommand } from "../../base-command.js";
import { assertReplaceable, headOf, writePieces } from "../../files.js";
import { config, dbPath, repo, time } from "../../flags.js";
import { plural } from "../../render/plural.js";
import { visible } from "../../render/visible.js";
import { resolveSettings } from "../../settings.js";

interface Exported {
  readonly output: string;
  readonly format: "jsonl" | "json";
  readonly events: number;
}

export default class AuditExport extends BaseCommand<Exported> {
  static override summary = "Write the audit events to a file, secrets redacted.";
  static override description =
    "Oldest first. Fields that may hold a secret are replaced by <redacted>.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --output audit.jsonl",
    "<%= config.bin %> <%= command.id %> --db-path na.db --output - --event-type recognition_treaty_revoked",
    "<%= config.bin %> <%= command.id %> --output 2026.json --format json --since 2026-01-01T00:00:00Z",
  ];
  static override flags = {
    "db-path": dbPath,
    repo,
    config,
    output: string({
      required: true,
      helpValue: "FILE",
      description: "Where to write; an earlier export is replaced; - is stdout.",
    }),
    format: option({ options: ["jsonl", "json"] as const })({
      default: "jsonl",
      description: "One JSON object a line, or one JSON array.",
    }),
    "event-type": string({ helpValue: "T", description: "Only events of this type." }),
    since: time({ description: "Only events of this moment or later, e.g. 2026-12-01T00:00:00Z." }),
    until: time({ description: "Only events before this moment." }),
  };

  async run(): Promise<Exported> {
    const { flags } = await this.parse(AuditExport);
    const { output, format, since, until, "event-type": type } = flags;
    if (output === "-" && this.jsonEnabled())
      throw new AppError("usage", "--output - and --json both want stdout");
    if (output !== "-") assertReplaceable(output, isExport);
    const reader = openState(resolveSettings({ ...flags, db: flags["db-path"] }, process.env).db);
    try {
      const filter = {
        ...(type === undefined ? {} : { type }),
        ...(since === undefined ? {} : { since: fromInstant(since) }),
        ...(until === undefined ? {} : { until: fromInstant(until) }),
      };
      const pieces = writePieces(output, exportAudit(reader, filter, format));
      // An array ends in a piece of its own.
      const events = format === "json" ? pieces - 1 : pieces;
      if (output !== "-") this.print(`${plural(events, "event")} written to ${visible(output)}.\n`);
      return { output, format, events };
    } finally {
      reader.close();
    }
  }
}

/** Of either format; empty when it held no event. Neither a state nor a key begins so. */
function isExport(path: string): boolean {
  return /^(?:$|[{[])/.test(headOf(path));
}
