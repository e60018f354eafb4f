/** concordat adopt */
import { randomBytes } from "node:crypto";
import { string as stringArg } from "@oclif/core/args";
import { integer, string } from "@oclif/core/flags";
import { adopt } from "../../adopt/adopt.js";
import { INVENTORY_FILE } from "../../adopt/inventory-file.js";
import { instantFromMillis } from "../../protocol/instant.js";
import { readAuthorityKey } from "../../sign/authority-key.js";
import { adoptReport, type AdoptReport } from "../adopt-report.js";
import { adoptionSource } from "../adoption-source.js";
import { holderOf } from "../apply-report.js";
import { BaseCommand } from "../base-command.js";
import { authorityKey, config, db, ref, repo } from "../flags.js";
import { planSource } from "../plan-source.js";
import { renderAdopted } from "../render/adopted.js";
import { resolveSettings } from "../settings.js";

export default class Adopt extends BaseCommand<AdoptReport> {
  static override summary = "Take over an authority that exists: same ids, same signed bytes.";
  static override description = [
    "FILE is the database that concordat import na-db has read; without it, the export that import authority has committed",
    "is taken. Reads the commit, never the working tree, verifies every signature again, and makes a new state in one",
    "transaction. Exit code 3: the state is not empty. 6: the rows are not those that were imported.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> na.db",
    "<%= config.bin %> <%= command.id %> na.db --repo trust --authority-key na.key --json",
  ];
  static override args = {
    file: stringArg({ ignoreStdin: true, description: "The database that was imported." }),
  };
  static override flags = {
    repo,
    ref,
    db,
    config,
    "authority-key": authorityKey,
    inventory: string({
      default: INVENTORY_FILE,
      helpValue: "PATH",
      description: "The inventory, by its path in the commit.",
    }),
    "feed-above": integer({
      min: 0,
      helpValue: "N",
      description: "Highest sequence of the old authority's own feed that a partner has seen.",
    }),
  };

  async run(): Promise<AdoptReport> {
    const { args, flags } = await this.parse(Adopt);
    const settings = resolveSettings(flags, process.env);
    const adopted = await adopt({
      ...planSource(settings),
      limits: settings.limits,
      db: settings.db,
      inventory: flags.inventory,
      source: adoptionSource(args.file),
      feedAbove: flags["feed-above"] ?? null,
      key: readAuthorityKey(settings.authorityKey),
      now: instantFromMillis(Date.now()),
      random: randomBytes,
      holder: holderOf("adopt"),
      logEscrow: settings.logEscrow,
      version: this.config.version,
    });
    const report = adoptReport(settings.db, adopted);
    this.print(renderAdopted(report, this.paint(flags)));
    return report;
  }
}
