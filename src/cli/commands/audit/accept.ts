/** concordat audit accept */
import { randomBytes } from "node:crypto";
import { auditEvent } from "../../../audit/events.js";
import { instantFromMillis } from "../../../protocol/instant.js";
import { openState, openStateForWriting } from "../../../state/open.js";
import { holderOf } from "../../apply-report.js";
import { assertLogWhole, auditLogOptions } from "../../audit-log.js";
import { BaseCommand } from "../../base-command.js";
import { authorityKey, config, dbPath, reason, repo } from "../../flags.js";
import { plural } from "../../render/plural.js";
import { visible } from "../../render/visible.js";
import { resolveSettings, type Settings } from "../../settings.js";
import { whoAmI } from "../../who.js";

interface FoundRow {
  readonly event_id: string;
  /** Null: the row holds no event. */
  readonly event_type: string | null;
  readonly created_at: string;
}

interface Report {
  readonly accepted: boolean;
  /** Of rows. */
  readonly count: number;
  /** The first hundred. */
  readonly rows: readonly FoundRow[];
  /** Entries of the log. */
  readonly size: number;
}

const MAX_ROWS = 100;

export default class AuditAccept extends BaseCommand<Report> {
  static override summary = "Show audit events that another program has written, or log them.";
  static override description = [
    "Rows that no entry of the log records make audit verify fail, and every backup with it. Find out who wrote them. With",
    "--reason the log is verified from its first entry, the rows become entries as they are found, and one more entry says who",
    "answers for them. That makes nothing true that they say. Stop the service first.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    '<%= config.bin %> <%= command.id %> --reason "INC-12: the old tool ran on the new state"',
  ];
  static override flags = {
    "db-path": dbPath,
    repo,
    config,
    "authority-key": authorityKey,
    reason: reason(),
  };

  async run(): Promise<Report> {
    const { flags } = await this.parse(AuditAccept);
    const settings = resolveSettings({ ...flags, db: flags["db-path"] }, process.env);
    const found = rowsOf(settings);
    const { reason: why } = flags;
    const isAccepted = why !== undefined && found.count > 0;
    const count = isAccepted ? accept(settings, why) : found.count;
    const report = { ...found, accepted: isAccepted, count, size: sizeOf(settings) };
    this.print(render(report));
    return report;
  }
}

function rowsOf({ db }: Settings): Pick<Report, "count" | "rows"> {
  const reader = openState(db);
  try {
    const rows: FoundRow[] = [];
    let count = 0;
    for (const { id, type, createdAt } of reader.log().foreignRows()) {
      if (count++ < MAX_ROWS) rows.push({ event_id: id, event_type: type, created_at: createdAt });
    }
    return { count, rows };
  } finally {
    reader.close();
  }
}

function accept(settings: Settings, why: string): number {
  assertLogWhole(settings, true);
  const log = auditLogOptions(settings);
  const writer = openStateForWriting(settings.db, holderOf("audit accept"), log);
  try {
    const now = instantFromMillis(Date.now());
    return writer.acceptForeignRows(
      (found) => auditEvent("audit_row_found", found, now, randomBytes(16)),
      (entries) => {
        const details = { ...entries, reason: why, by: whoAmI() };
        return auditEvent("audit_rows_accepted", details, now, randomBytes(16));
      },
    );
  } finally {
    writer.close();
  }
}

function sizeOf({ db }: Settings): number {
  const reader = openState(db);
  try {
    return reader.log().head().size;
  } finally {
    reader.close();
  }
}

function render({ accepted, count, rows, size }: Report): string {
  if (count === 0) return "Every audit event is in the log.\n";
  const more = count > rows.length ? [`  and ${count - rows.length} more`] : [];
  const lines = rows.map(
    ({ event_id: id, event_type: type, created_at: at }) =>
      `  ${visible(at)}  ${visible(type ?? "no event")}\n    ${visible(id)}`,
  );
  const end = accepted
    ? `Logged as entries ${size - 1 - count} to ${size - 2}. Entry ${size - 1} says so.`
    : "next: find out who wrote them; then concordat audit accept --reason TEXT";
  const what = `${plural(count, "audit event")} in no entry of the log:`;
  return `${[what, ...lines, ...more, end].join("\n")}\n`;
}
