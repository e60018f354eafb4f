/** concordat audit erase */
import { randomBytes } from "node:crypto";
import { Args } from "@oclif/core";
import { string } from "@oclif/core/flags";
import { auditEvent } from "../../../audit/events.js";
import { instantFromMillis } from "../../../protocol/instant.js";
import { openState, openStateForWriting } from "../../../state/open.js";
import { holderOf } from "../../apply-report.js";
import { auditLogOptions } from "../../audit-log.js";
import { BaseCommand } from "../../base-command.js";
import { authorityKey, config, dbPath, reason, repo } from "../../flags.js";
import { visible } from "../../render/visible.js";
import { resolveSettings } from "../../settings.js";
import { whoAmI } from "../../who.js";

interface Erased {
  readonly index: number;
  readonly field: string;
  /** False: it was erased before. */
  readonly erased: boolean;
  /** Entries of the log, with the one that says so. */
  readonly size: number;
}

export default class AuditErase extends BaseCommand<Erased> {
  static override summary = "Erase one sensitive field of an audit event, for good.";
  static override description = [
    "The value and its salt go; the entry of the log stays as it is, and so does every proof. Another entry says who erased",
    "what, and why. Backups and exports that were made before hold the value still. Stop the service first.",
  ].join(" ");
  static override examples = [
    '<%= config.bin %> <%= command.id %> 1207 --field reason --reason "GDPR request 31"',
  ];
  static override args = {
    index: Args.integer({ required: true, min: 0, description: "Index of the entry, from 0." }),
  };
  static override flags = {
    "db-path": dbPath,
    repo,
    config,
    "authority-key": authorityKey,
    field: string({ required: true, helpValue: "F", description: "Name of the field." }),
    reason: reason({ required: true }),
  };

  async run(): Promise<Erased> {
    const { args, flags } = await this.parse(AuditErase);
    const { index } = args;
    const { field } = flags;
    const settings = resolveSettings({ ...flags, db: flags["db-path"] }, process.env);
    // A writer would make a state that is not there.
    openState(settings.db).close();
    const holder = holderOf("audit erase");
    const writer = openStateForWriting(settings.db, holder, auditLogOptions(settings));
    try {
      const details = { index, field, reason: flags.reason, by: whoAmI() };
      const now = instantFromMillis(Date.now());
      const event = auditEvent("audit_field_erased", details, now, randomBytes(16));
      const erased = writer.erase(index, field, event);
      const { size } = writer.log().head();
      const what = `${visible(field)} of entry ${index}`;
      this.print(
        erased ? `Erased ${what}. Entry ${size - 1} says so.\n` : `${what} was erased before.\n`,
      );
      return { index, field, erased, size };
    } finally {
      writer.close();
    }
  }
}
