/** concordat init */
import { randomBytes } from "node:crypto";
import { string as stringArg } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { instantFromMillis } from "../../protocol/instant.js";
import { scaffold } from "../../scaffold/scaffold.js";
import { BaseCommand } from "../base-command.js";
import { initReport } from "../init-report.js";
import type { InitReport } from "../init-report.js";
import { renderInit } from "../render/initialised.js";

export default class Init extends BaseCommand<InitReport> {
  static override summary =
    "Make a trust repository: authority, keys, signed genesis, first commit.";
  static override description =
    "DIR must be new or empty. Private keys go to .concordat/keys, which git ignores, or to --keys-dir.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> trust --sovereign-id ACME",
    "<%= config.bin %> <%= command.id %> trust --sovereign-id ACME --keys-dir ../acme-keys --json",
  ];
  static override args = {
    dir: stringArg({
      required: true,
      ignoreStdin: true,
      description: "The new repository's folder.",
    }),
  };
  static override flags = {
    "sovereign-id": string({
      required: true,
      helpValue: "ID",
      description: "Id under which this sovereign signs; it never changes.",
    }),
    "keys-dir": string({
      env: "CONCORDAT_KEYS_DIR",
      helpValue: "DIR",
      description: "Folder for the private keys. Default: .concordat/keys in the repository.",
    }),
  };

  async run(): Promise<InitReport> {
    const { args, flags } = await this.parse(Init);
    const made = await scaffold({
      dir: args.dir,
      sovereignId: flags["sovereign-id"],
      keysDir: flags["keys-dir"] ?? null,
      now: instantFromMillis(Date.now()),
      random: randomBytes,
    });
    const report = initReport(flags["sovereign-id"], made);
    this.print(renderInit(report, args.dir));
    return report;
  }
}
