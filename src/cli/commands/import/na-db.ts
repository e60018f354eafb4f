/** concordat import na-db */
import { string as stringArg } from "@oclif/core/args";
import { basename } from "node:path";
import { importRows } from "../../../adopt/import.js";
import { instantFromMillis } from "../../../protocol/instant.js";
import { parsePublicKey } from "../../../protocol/public-key.js";
import { readNaDatabase } from "../../../state/na-database.js";
import { BaseCommand } from "../../base-command.js";
import { anchorFlags, outFlag, readAnchors } from "../../import-anchors.js";
import { importedTrust, type ImportedTrust } from "../../imported-trust.js";
import { renderImportedTrust } from "../../render/imported-trust.js";

export default class ImportNaDb extends BaseCommand<ImportedTrust> {
  static override summary = "Write the trust of a Genesis Mesh authority's database as resources.";
  static override description = [
    "Reads a copy of FILE, so that not a byte of it changes, and verifies every signature. Writes resources, inventory.json",
    "and import-report.json into DIR, and never over a file. What does not verify is listed and left out.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> na.db --out trust --genesis genesis.json",
    "<%= config.bin %> <%= command.id %> na.db --out . --json",
  ];
  static override args = {
    file: stringArg({
      required: true,
      ignoreStdin: true,
      description: "The database, or a backup of it: schema 6 (0.9) to 20 (1.8).",
    }),
  };
  static override flags = { out: outFlag, ...anchorFlags };

  async run(): Promise<ImportedTrust> {
    const { args, flags } = await this.parse(ImportNaDb);
    const anchors = readAnchors(flags);
    const { rows, schemaVersion, fileDigest, authorityKey } = readNaDatabase(args.file);
    const source = {
      rows,
      authorityKey: authorityKey === null ? null : parsePublicKey(authorityKey),
      description: {
        type: "na_db",
        file: basename(args.file),
        file_digest: fileDigest,
        schema_version: schemaVersion,
      },
      files: new Map<string, string>(),
      warnings: [],
    };
    const now = instantFromMillis(Date.now());
    const result = await importRows(flags.out, source, anchors, now);
    const report = importedTrust(args.file, flags.out, result);
    const next = `review and commit ${flags.out}, then ${this.config.bin} adopt ${args.file}`;
    this.print(renderImportedTrust(report, next, this.paint(flags)));
    return report;
  }
}
