/** concordat incident restore */
import { randomBytes } from "node:crypto";
import { boolean, string } from "@oclif/core/flags";
import { verifyBackupApart } from "../../../backup/apart.js";
import { realClock } from "../../../controller/real-time.js";
import { guideRestore } from "../../../incident/restore-guide/restore-guide.js";
import type { IncidentResult } from "../../../model/incident.js";
import { readAuthorityKey } from "../../../sign/authority-key.js";
import { readPrivateKey } from "../../../sign/key-file.js";
import { BaseCommand } from "../../base-command.js";
import { authorityKey, config, db, incident, reason, repo } from "../../flags.js";
import { forget } from "../../forget.js";
import { incidentTools, placed } from "../../incident-tools.js";
import { readIssuerKey } from "../../issuer-keys.js";
import { renderIncident } from "../../render/incident.js";
import { approveRestore } from "../../restore-approval.js";
import { resolveSettings } from "../../settings.js";

export default class Restore extends BaseCommand<IncidentResult> {
  static override summary =
    "Walk through a restore: choose a backup, restore it, check and prove it.";
  static override description = [
    "Takes the newest backup that reads through, or --backup; shows what changes and asks; restores; checks that log, key, feeds and",
    "revocations stand; exports the log with proofs. Killed at any step, the next run finishes it. Exit code 3 when a check fails.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> --dir /mnt/backups",
    "<%= config.bin %> <%= command.id %> --backup /mnt/backups/na.db --yes --json",
  ];
  static override flags = {
    backup: string({ helpValue: "FILE", exclusive: ["dir"], description: "The backup." }),
    dir: string({
      helpValue: "DIR",
      description: "Folder of backups. Default: that of the setting backup.",
    }),
    "pre-restore-backup": string({
      helpValue: "FILE",
      description:
        "Where the state is kept as it is. Default: beside it, .before-ID after its name.",
    }),
    "backup-key": string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KEY",
      description: "An earlier key of the authority that may have signed the backup.",
    }),
    forget: forget(),
    "operator-key": string({
      helpValue: "FILE",
      description: "Private key of a privileged operator, for --forget and --accept-lost-log.",
    }),
    "accept-lost-log": boolean({
      default: false,
      description: "Give up log entries that nobody can read any more.",
    }),
    reason: reason(),
    yes: boolean({ char: "y", default: false, description: "Restore without asking." }),
    incident,
    repo,
    db,
    config,
    "authority-key": authorityKey,
  };

  async run(): Promise<IncidentResult> {
    const { flags } = await this.parse(Restore);
    const settings = resolveSettings(flags, process.env);
    const tools = incidentTools(settings, { ...flags, version: this.config.version });
    const operatorKey = flags["operator-key"];
    const answered = await guideRestore(
      {
        ...tools,
        approve: async (plan) => {
          if (!flags.yes) await approveRestore(plan, !this.jsonEnabled(), this.paint(flags));
        },
        restore: {
          clock: realClock,
          random: randomBytes,
          key: readAuthorityKey(settings.authorityKey),
          operatorKey: operatorKey === undefined ? null : readPrivateKey(operatorKey),
          verify: verifyBackupApart,
          onStep: (step) => this.say(`restore: ${step.replaceAll("_", " ")}`),
        },
      },
      {
        backup: flags.backup ?? null,
        dir: flags.dir ?? settings.backup?.dir ?? null,
        preRestoreBackup: flags["pre-restore-backup"] ?? null,
        escrow: settings.logEscrow,
        backupKeys: (flags["backup-key"] ?? []).map(readIssuerKey),
        forget: flags.forget ?? [],
        acceptLostLog: flags["accept-lost-log"],
        reason: flags.reason ?? null,
      },
    );
    const result = placed(answered, flags, settings);
    if (result.is_refused) process.exitCode = 3;
    this.print(renderIncident(result, this.paint(flags)));
    return result;
  }
}
