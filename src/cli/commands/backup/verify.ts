/** concordat backup verify */
import { string as stringArg } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { existsSync } from "node:fs";
import { verifyBackupApart } from "../../../backup/apart.js";
import { manifestKey } from "../../../backup/manifest.js";
import { AppError } from "../../../errors.js";
import type { VerifiedBackup } from "../../../model/backup.js";
import type { PublicKey } from "../../../model/documents.js";
import { openState } from "../../../state/open.js";
import { BaseCommand } from "../../base-command.js";
import { config, dbPath, repo } from "../../flags.js";
import { readIssuerKey } from "../../issuer-keys.js";
import { renderVerifiedBackup } from "../../render/backup.js";
import { resolveSettings } from "../../settings.js";

interface Verified extends VerifiedBackup {
  readonly file: string;
  /** Whose key it was held against: one that was given, that of the state here, or only the manifest's own. */
  readonly key_from: "given" | "state" | "manifest";
  readonly key: PublicKey;
}

export default class BackupVerify extends BaseCommand<Verified> {
  static override summary = "Read a backup through: manifest, schema, pages, signatures and log.";
  static override description = [
    "The manifest must be signed by --public-key; without it, by the key of the state that is here. Where there is neither,",
    "the manifest's own key is taken, which shows that nothing was altered, but not whose backup it is. The file is read in a",
    "process of its own. Exit code 6: it is refused, and the reason is in the details.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> /mnt/backups/na.db",
    "<%= config.bin %> <%= command.id %> na.db --public-key authority.pub --json",
  ];
  static override args = {
    file: stringArg({ required: true, ignoreStdin: true, description: "The backup's file." }),
  };
  static override flags = {
    "db-path": dbPath,
    repo,
    config,
    "public-key": string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KEY",
      description:
        "A key that may have signed the manifest: base64, @FILE, or a .pub file. Repeat for more.",
    }),
  };

  async run(): Promise<Verified> {
    const { args, flags } = await this.parse(BackupVerify);
    const given = flags["public-key"]?.map(readIssuerKey);
    const known =
      given === undefined
        ? keyOfState(resolveSettings({ ...flags, db: flags["db-path"] }, process.env).db)
        : null;
    const keys = given ?? (known === null ? null : [known]);
    const backup = await verifyBackupApart(args.file, { keys, sovereignId: null });
    const key_from = given !== undefined ? "given" : known === null ? "manifest" : "state";
    const key = manifestKey(backup.manifest);
    this.print(renderVerifiedBackup(args.file, backup, key_from, key));
    return { file: args.file, key_from, key, ...backup };
  }
}

/** Null where there is no state, or nothing was applied to it. */
function keyOfState(db: string): PublicKey | null {
  if (!existsSync(db)) return null;
  try {
    const reader = openState(db);
    try {
      return reader.authority()?.publicKey ?? null;
    } finally {
      reader.close();
    }
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError(cause.code, `the state that has the key cannot be read: ${cause.message}`, {
      hint: "give the authority's key: --public-key FILE",
      cause,
    });
  }
}
