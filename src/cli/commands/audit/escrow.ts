/** concordat audit escrow */
import { randomBytes } from "node:crypto";
import { boolean } from "@oclif/core/flags";
import { auditEvent } from "../../../audit/events.js";
import { AppError } from "../../../errors.js";
import { instantFromMillis } from "../../../protocol/instant.js";
import { readEscrow } from "../../../state/log/escrow.js";
import { openState, openStateAcceptingEscrow } from "../../../state/open.js";
import { holderOf } from "../../apply-report.js";
import { assertLogWhole, auditLogOptions } from "../../audit-log.js";
import { BaseCommand } from "../../base-command.js";
import { authorityKey, config, dbPath, reason, repo } from "../../flags.js";
import { hanging } from "../../render/columns.js";
import { visible } from "../../render/visible.js";
import { resolveSettings, type Settings } from "../../settings.js";
import { whoAmI } from "../../who.js";

interface EscrowReport {
  readonly escrow: string;
  readonly accepted: boolean;
  readonly origin: string | null;
  /** Of the newest checkpoint in the escrow; null: there is none. */
  readonly escrowed_size: number | null;
  /** Entries of the log. */
  readonly size: number;
}

export default class AuditEscrow extends BaseCommand<EscrowReport> {
  static override summary = "Show the checkpoint in escrow, or begin another escrow.";
  static override description = [
    "The escrow is the file outside of the state that says how far its audit log went. --accept is for one that is lost or",
    "damaged: the log is verified from its first entry, what stands there is put aside, and another escrow begins with an entry",
    "that says who answers for it. A state that the escrow shows to be an older one is never accepted; restore it. Stop the",
    "service first.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    '<%= config.bin %> <%= command.id %> --accept --reason "INC-9: disk of the escrow replaced"',
  ];
  static override flags = {
    "db-path": dbPath,
    repo,
    config,
    "authority-key": authorityKey,
    accept: boolean({ default: false, description: "Begin another escrow, for the --reason." }),
    reason: reason(),
  };

  async run(): Promise<EscrowReport> {
    const { flags } = await this.parse(AuditEscrow);
    const { accept: isAccepted, reason: why } = flags;
    if (isAccepted !== (why !== undefined))
      throw new AppError("usage", "--accept and --reason come together");
    const settings = resolveSettings({ ...flags, db: flags["db-path"] }, process.env);
    if (why !== undefined) accept(settings, why);
    const report = reportOf(settings, isAccepted);
    this.print(render(report));
    return report;
  }
}

function accept(settings: Settings, why: string): void {
  assertLogWhole(settings);
  const log = auditLogOptions(settings);
  const writer = openStateAcceptingEscrow(settings.db, holderOf("audit escrow"), log);
  try {
    const { size } = writer.log().head();
    const details = { reason: why, by: whoAmI(), size };
    const now = instantFromMillis(Date.now());
    writer.note([], [auditEvent("audit_escrow_accepted", details, now, randomBytes(16))]);
  } finally {
    writer.close();
  }
}

function reportOf({ db, logEscrow }: Settings, accepted: boolean): EscrowReport {
  const escrowed = readEscrow(logEscrow);
  const reader = openState(db);
  try {
    const { origin, size } = reader.log().head();
    return { escrow: logEscrow, accepted, origin, escrowed_size: escrowed?.size ?? null, size };
  } finally {
    reader.close();
  }
}

function render({ escrow, accepted, escrowed_size, size }: EscrowReport): string {
  const found =
    escrowed_size === null
      ? "holds no checkpoint"
      : `holds the checkpoint of ${escrowed_size} entries`;
  const line = `${visible(escrow)} ${found}; the log has ${size}.`;
  return `${hanging("", accepted ? `Begun anew. ${line}` : line).join("\n")}\n`;
}
