/** concordat audit export */
import { boolean, option, string } from "@oclif/core/flags";
import { exportAudit } from "../../../audit/export.js";
import { exportProofs } from "../../../audit/export-proofs.js";
import { AppError } from "../../../errors.js";
import { isFieldName } from "../../../protocol/log/committed.js";
import { fromInstant } from "../../../protocol/instant.js";
import type { EventFilter } from "../../../state/audit-events.js";
import type { LogReader } from "../../../state/log/log-reader.js";
import { openState } from "../../../state/open.js";
import type { StateReader } from "../../../state/reader.js";
import { BaseCommand } from "../../base-command.js";
import { assertReplaceable, headOf, writePieces } from "../../files.js";
import { config, dbPath, repo, time } from "../../flags.js";
import { plural } from "../../render/plural.js";
import { visible } from "../../render/visible.js";
import { resolveSettings } from "../../settings.js";
import { writeTiles } from "../../write-tiles.js";

const NOTHING: ReadonlySet<string> = new Set();

interface Exported {
  /** Null: only tiles were asked for. */
  readonly output: string | null;
  readonly format: "jsonl" | "json" | "proofs";
  readonly events: number;
  /** Folder of the log's tiles; null when none were asked for. */
  readonly tiles: string | null;
}

export default class AuditExport extends BaseCommand<Exported> {
  static override summary = "Write the audit events to a file, secrets redacted.";
  static override description =
    "In the order of the log. Fields that may hold a secret are replaced by <redacted>; with --proofs they stay commitments, and everything can be verified without the state.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --output audit.jsonl",
    "<%= config.bin %> <%= command.id %> --db-path na.db --output - --event-type recognition_treaty_revoked",
    "<%= config.bin %> <%= command.id %> --output 2026.json --format json --since 2026-01-01T00:00:00Z",
    "<%= config.bin %> <%= command.id %> --output evidence.jsonl --proofs --redact reason,remote_addr",
    "<%= config.bin %> <%= command.id %> --tiles public/log",
  ];
  static override flags = {
    "db-path": dbPath,
    repo,
    config,
    output: string({
      helpValue: "FILE",
      description: "Where to write; an earlier export is replaced; - is stdout.",
    }),
    format: option({ options: ["jsonl", "json"] as const })({
      default: "jsonl",
      description: "One JSON object a line, or one JSON array.",
    }),
    proofs: boolean({
      dependsOn: ["output"],
      description: "Write the log's entries with what proves them: see docs/audit-log.md.",
    }),
    redact: string({
      helpValue: "FIELDS",
      dependsOn: ["proofs"],
      description: "Values to leave out of --proofs: names with commas between, or all.",
    }),
    tiles: string({
      helpValue: "DIR",
      description: "Write checkpoint, tiles and entries of the whole log as static files.",
    }),
    "event-type": string({ helpValue: "T", description: "Only events of this type." }),
    since: time({ description: "Only events of this moment or later, e.g. 2026-12-01T00:00:00Z." }),
    until: time({ description: "Only events before this moment." }),
  };

  async run(): Promise<Exported> {
    const { flags } = await this.parse(AuditExport);
    const { output = null, tiles = null, since, until, "event-type": type } = flags;
    if (output === null && tiles === null)
      throw new AppError("usage", "give --output FILE, --tiles DIR, or both");
    if (output === "-" && this.jsonEnabled())
      throw new AppError("usage", "--output - and --json both want stdout");
    if (flags.proofs && flags.format === "json")
      throw new AppError("usage", "--proofs has a form of its own, without --format json");
    if (output !== null && output !== "-") assertReplaceable(output, isExport);
    const reader = openState(resolveSettings({ ...flags, db: flags["db-path"] }, process.env).db);
    try {
      const filter = {
        ...(type === undefined ? {} : { type }),
        ...(since === undefined ? {} : { since: fromInstant(since) }),
        ...(until === undefined ? {} : { until: fromInstant(until) }),
      };
      const format = flags.proofs ? "proofs" : flags.format;
      const events = output === null ? 0 : write(reader, output, format, filter, flags.redact);
      for (const name of idleNames(reader.log(), flags.redact))
        this.say(`note: --redact ${name} hid nothing: no entry commits to such a field`);
      const files = tiles === null ? 0 : writeTiles(reader.log(), tiles);
      if (output !== null && output !== "-")
        this.print(`${plural(events, "event")} written to ${visible(output)}.\n`);
      if (tiles !== null && output !== "-")
        this.print(`${plural(files, "file")} of the log written to ${visible(tiles)}.\n`);
      return { output, format, events, tiles };
    } finally {
      reader.close();
    }
  }
}

/** A name that could be no field would hide nothing, and nobody would notice. Throws AppError `usage`. */
function hiddenFields(redact: string): ReadonlySet<string> | "all" {
  const names = redact.split(",").map((name) => name.trim());
  if (names.join() === "all") return "all";
  const odd = names.find((name) => name === "all" || !isFieldName(name));
  if (odd === undefined) return new Set(names);
  throw new AppError("usage", `--redact: no field is named ${JSON.stringify(odd)}`, {
    hint: "give names with commas between, e.g. reason,remote_addr, or all",
  });
}

/** Names that hide nothing: misspelt ones, and those of what stands in the entries themselves. */
function idleNames(log: LogReader, redact: string | undefined): readonly string[] {
  const hidden = redact === undefined ? NOTHING : hiddenFields(redact);
  if (hidden === "all") return [];
  const idle = new Set(hidden);
  for (const { salts } of log.entries(0, log.head().size)) {
    for (const field of salts.keys()) idle.delete(field);
    if (idle.size === 0) break;
  }
  return [...idle];
}

function write(
  reader: StateReader,
  output: string,
  format: Exported["format"],
  filter: EventFilter,
  redact: string | undefined,
): number {
  if (format === "proofs") {
    const key = reader.authority()?.publicKey;
    if (key === undefined) throw new AppError("log_unsigned", "the state has no authority yet");
    const hidden = redact === undefined ? NOTHING : hiddenFields(redact);
    // A header and a footer stand around the entries.
    return writePieces(output, exportProofs(reader.log(), { key, filter, hidden })) - 2;
  }
  const pieces = writePieces(output, exportAudit(reader, filter, format));
  // An array ends in a piece of its own.
  return format === "json" ? pieces - 1 : pieces;
}

/** Of either format; empty when it held no event. Neither a state nor a key begins so. */
function isExport(path: string): boolean {
  return /^(?:$|[{[])/.test(headOf(path));
}
