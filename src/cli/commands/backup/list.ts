/** concordat backup list */
import { resolve } from "node:path";
import { string } from "@oclif/core/flags";
import { readFolder } from "../../../backup/folder.js";
import { AppError } from "../../../errors.js";
import type { BackupList, BackupRow } from "../../backup-list.js";
import { BaseCommand } from "../../base-command.js";
import { config, repo } from "../../flags.js";
import { renderBackupList } from "../../render/backup.js";
import { resolveSettings } from "../../settings.js";

export default class BackupListCommand extends BaseCommand<BackupList> {
  static override summary = "List the backups of a folder, newest first.";
  static override description =
    "Reads the manifests and checks their signatures and sizes. concordat backup verify reads a backup through.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --dir /mnt/backups --json",
  ];
  static override flags = {
    repo,
    config,
    dir: string({
      helpValue: "DIR",
      description: "The folder. Default: that of the setting backup.",
    }),
  };

  async run(): Promise<BackupList> {
    const { flags } = await this.parse(BackupListCommand);
    const dir =
      flags.dir === undefined
        ? resolveSettings(flags, process.env).backup?.dir
        : resolve(flags.dir);
    if (dir === undefined)
      throw new AppError("usage", "give --dir DIR: the settings name no folder of backups");
    const { backups, unsound } = readFolder(dir);
    const rows = backups.map(({ name, key, manifest }): BackupRow => ({
      name,
      created_at: manifest.created_at,
      bytes: manifest.bytes,
      sovereign_id: manifest.sovereign_id,
      epoch: manifest.epoch,
      generation: manifest.generation,
      log_size: manifest.log.size,
      key,
    }));
    const list = { dir, backups: rows, unsound };
    this.print(renderBackupList(list));
    return list;
  }
}
