/** concordat restore */
import { randomBytes } from "node:crypto";
import { boolean, string } from "@oclif/core/flags";
import { verifyBackupApart } from "../../backup/apart.js";
import { AppError } from "../../errors.js";
import type { RestoreRequest } from "../../model/restore.js";
import { instantFromMillis } from "../../protocol/instant.js";
import { planRestore, runRestore, type RestoreTools } from "../../restore/restore.js";
import { readAuthorityKey } from "../../sign/authority-key.js";
import { readPrivateKey } from "../../sign/key-file.js";
import { BaseCommand } from "../base-command.js";
import { authorityKey, config, dbPath, reason, repo } from "../flags.js";
import { forget } from "../forget.js";
import { readIssuerKey } from "../issuer-keys.js";
import { renderDryRun, renderRestored } from "../render/restore.js";
import { approveRestore } from "../restore-approval.js";
import { reportPlan, reportRestore, type RestoreReport } from "../restore-report.js";
import { resolveSettings } from "../settings.js";
import { whoAmI } from "../who.js";

export default class Restore extends BaseCommand<RestoreReport> {
  static override summary =
    "Put a backup in place of the state, and carry every revocation forward.";
  static override description = [
    "Nothing that was taken away since the backup comes back, the log goes on, and what was issued since is revoked. The files of",
    "the state before stand in a quarantine folder, which nothing removes. Killed at any step, the same command finishes it, or",
    "begins anew. A running authority is refused (exit 5).",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> --backup /mnt/backups/na.db --dry-run",
    "<%= config.bin %> <%= command.id %> --backup na.db --pre-restore-backup before.db --yes",
  ];
  static override flags = {
    "db-path": dbPath,
    repo,
    config,
    "authority-key": authorityKey,
    backup: string({ required: true, helpValue: "FILE", description: "The backup." }),
    "pre-restore-backup": string({
      helpValue: "FILE",
      description: "Where the state is kept as it is, as a backup of its own.",
    }),
    "backup-key": string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KEY",
      description: "An earlier key of the authority that may have signed the backup.",
    }),
    "dry-run": boolean({ default: false, description: "Show what would change; change nothing." }),
    yes: boolean({ char: "y", default: false, description: "Restore without asking." }),
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
  };

  async run(): Promise<RestoreReport> {
    const { flags } = await this.parse(Restore);
    const settings = resolveSettings({ ...flags, db: flags["db-path"] }, process.env);
    const operatorKey = flags["operator-key"];
    const output = flags["pre-restore-backup"];
    if (output === undefined && !flags["dry-run"])
      throw new AppError("usage", "--pre-restore-backup is missing", {
        hint: "name a file for the state as it is; or look first: --dry-run",
      });
    const request: RestoreRequest = {
      db: settings.db,
      backup: flags.backup,
      preRestoreBackup: output ?? "",
      escrow: settings.logEscrow,
      backupKeys: (flags["backup-key"] ?? []).map(readIssuerKey),
      forget: flags.forget ?? [],
      acceptLostLog: flags["accept-lost-log"],
      by: whoAmI(),
      reason: flags.reason ?? null,
    };
    const tools: RestoreTools = {
      clock: () => instantFromMillis(Date.now()),
      random: randomBytes,
      key: readAuthorityKey(settings.authorityKey),
      operatorKey: operatorKey === undefined ? null : readPrivateKey(operatorKey),
      verify: verifyBackupApart,
      onStep: (step) => this.say(`restore: ${step.replaceAll("_", " ")}`),
    };
    const paint = this.paint(flags);
    if (flags["dry-run"]) {
      const plan = await planRestore(request, tools);
      this.print(renderDryRun(plan, paint));
      return reportPlan(plan);
    }
    if (!flags.yes)
      await approveRestore(await planRestore(request, tools), !this.jsonEnabled(), paint);
    const result = await runRestore(request, tools);
    this.print(renderRestored(result, paint));
    return reportRestore(result);
  }
}
