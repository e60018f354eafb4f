/** concordat import trust-bundle */
import { string as stringArg } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { instantFromMillis } from "../../../protocol/instant.js";
import { BaseCommand } from "../../base-command.js";
import { importTrustBundle } from "../../import-bundle.js";
import type { ImportReport } from "../../import-bundle.js";
import { readIssuerKey } from "../../issuer-keys.js";
import { renderImport } from "../../render/imported.js";

export default class ImportTrustBundle extends BaseCommand<ImportReport> {
  static override summary = "Turn a published trust bundle into a Sovereign resource.";
  static override description =
    "Checks every signature. Writes DIR/NAME.yaml, or nothing when any is refused (exit code 6).";
  static override examples = [
    "<%= config.bin %> <%= command.id %> acme.trust-bundle.json --out sovereigns",
    "<%= config.bin %> <%= command.id %> acme.trust-bundle.json --out sovereigns --root-key acme-root.pub --json",
  ];
  static override args = {
    file: stringArg({
      required: true,
      ignoreStdin: true,
      description: "The bundle as JSON; - reads standard input.",
    }),
  };
  static override flags = {
    out: string({
      required: true,
      helpValue: "DIR",
      description: "Folder for the resource; made when it is not there.",
    }),
    name: string({
      helpValue: "NAME",
      description: "Name of the resource. Default: the sovereign id in lower case.",
    }),
    "root-key": string({
      helpValue: "KEY",
      description:
        "The sovereign's root key as its operators gave it to you: base64, @FILE, or a .pub file.",
    }),
  };

  async run(): Promise<ImportReport> {
    const { args, flags } = await this.parse(ImportTrustBundle);
    const rootKey = flags["root-key"] === undefined ? null : readIssuerKey(flags["root-key"]);
    const options = {
      out: flags.out,
      name: flags.name ?? null,
      rootKey,
      now: instantFromMillis(Date.now()),
    };
    const report = importTrustBundle(args.file, options);
    this.print(renderImport(report, this.paint(flags)));
    return report;
  }
}
