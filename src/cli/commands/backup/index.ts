/** concordat backup */
import { boolean, string } from "@oclif/core/flags";
import { runDue } from "../../../backup/scheduled.js";
import { makeBackup } from "../../../backup/make.js";
import { AppError } from "../../../errors.js";
import type { VerifiedBackup } from "../../../model/backup.js";
import type { Instant } from "../../../model/time.js";
import { fromInstant, instantFromMillis } from "../../../protocol/instant.js";
import { readAuthorityKey } from "../../../sign/authority-key.js";
import { holderOf } from "../../apply-report.js";
import { BaseCommand } from "../../base-command.js";
import { authorityKey, config, dbPath, repo } from "../../flags.js";
import { renderBackup, renderNoneDue } from "../../render/backup.js";
import { resolveSettings, type Settings } from "../../settings.js";

interface BackedUp {
  /** Null: none was due. */
  readonly output: string | null;
  readonly backup: VerifiedBackup | null;
  readonly removed: readonly string[];
  readonly next: string | null;
}

export default class Backup extends BaseCommand<BackedUp> {
  static override summary =
    "Copy the state while it is in use, read the copy through, and sign a manifest.";
  static override description = [
    "The backup is one SQLite file of mode 0600, and FILE.manifest.json beside it, signed by the authority's key. It appears",
    "only after its schema, pages, signatures and log were verified. --schedule makes one when the settings say that it is due,",
    "and removes those that had their time: for a timer, where no concordat serve does it.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> --output /mnt/backups/na.db",
    "<%= config.bin %> <%= command.id %> --output na.db --force --json",
    "<%= config.bin %> <%= command.id %> --schedule",
  ];
  static override flags = {
    "db-path": dbPath,
    repo,
    config,
    "authority-key": authorityKey,
    output: string({
      helpValue: "FILE",
      exactlyOne: ["output", "schedule"],
      description: "Where to write the backup. Nothing is overwritten.",
    }),
    force: boolean({
      dependsOn: ["output"],
      description: "Replace an earlier backup of this authority.",
    }),
    schedule: boolean({ description: "Do what the setting backup asks for now." }),
  };

  async run(): Promise<BackedUp> {
    const { flags } = await this.parse(Backup);
    const settings = resolveSettings({ ...flags, db: flags["db-path"] }, process.env);
    const now = instantFromMillis(Date.now());
    if (flags.output === undefined) return this.#makeDue(settings, now);
    const { output, force } = flags;
    const backup = makeBackup({
      ...sourceOf(settings),
      output,
      force,
      now,
      signer: readAuthorityKey(settings.authorityKey),
    });
    this.print(renderBackup(output, backup, []));
    return { output, backup, removed: [], next: null };
  }

  #makeDue(settings: Settings, now: Instant): BackedUp {
    if (settings.backup === null)
      throw new AppError("bad_settings", "the settings ask for no backups", {
        hint: "set backup.dir in concordat.config.yaml; docs/recovery.md says more",
      });
    const { made, newest, removed, next } = runDue({
      ...sourceOf(settings),
      settings: settings.backup,
      now,
      signer: () => readAuthorityKey(settings.authorityKey),
    });
    const output = made === null ? null : (newest?.file ?? null);
    const due = next === null ? null : fromInstant(next);
    this.print(
      made === null || output === null
        ? renderNoneDue(newest, due)
        : renderBackup(output, made, removed),
    );
    return { output, backup: made, removed, next: due };
  }
}

function sourceOf({ db, logEscrow }: Settings): {
  readonly db: string;
  readonly escrow: string;
  readonly holder: string;
} {
  return { db, escrow: logEscrow, holder: holderOf("backup") };
}
