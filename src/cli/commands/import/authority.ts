/** concordat import authority */
import { string as stringArg } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { importAuthority } from "../../../adopt/import-authority.js";
import { readLiveAuthority } from "../../../adopt/live-authority.js";
import { fetchOptions } from "../../../feeds/fetch-options.js";
import { DEFAULT_FEED_SETTINGS } from "../../../feeds/settings.js";
import { instantFromMillis } from "../../../protocol/instant.js";
import { BaseCommand } from "../../base-command.js";
import { outFlag, readAnchors } from "../../import-anchors.js";
import { importedTrust, type ImportedTrust } from "../../imported-trust.js";
import { readIssuerKey } from "../../issuer-keys.js";
import { renderImportedTrust } from "../../render/imported-trust.js";

/** A list of some 50,000 treaties. */
const MAX_BYTES = 4 * DEFAULT_FEED_SETTINGS.maxBytes;

export default class ImportAuthority extends BaseCommand<ImportedTrust> {
  static override summary = "Write the trust that a live authority publishes as resources.";
  static override description = [
    "Asks URL for its genesis, treaties, connectome and feed, verifies every signature, and writes resources, inventory.json,",
    "authority-export.json and import-report.json into DIR, never over a file. Attestations and the audit log are not public.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> https://na.example.org:8443 --out trust --root-key root.pub",
    "<%= config.bin %> <%= command.id %> https://10.0.0.7:8443 --out trust --allow-private 10.0.0.0/24 --ca-file ca.pem",
  ];
  static override args = {
    url: stringArg({
      required: true,
      ignoreStdin: true,
      description: "Where the authority is reached.",
    }),
  };
  static override flags = {
    out: outFlag,
    genesis: string({
      helpValue: "FILE",
      description: "A signed genesis to judge by. Default: the one that the authority serves.",
    }),
    "root-key": string({
      helpValue: "KEY",
      description:
        "The sovereign's root key as its operators gave it to you: base64, @FILE, or a .pub file.",
    }),
    "allow-private": string({
      multiple: true,
      helpValue: "CIDR",
      description: "Range of addresses that may be asked although it is not public.",
    }),
    "ca-file": string({
      helpValue: "FILE",
      description: "PEM file of certificate authorities to trust beside the runtime's.",
    }),
  };

  async run(): Promise<ImportedTrust> {
    const { args, flags } = await this.parse(ImportAuthority);
    const rootKey = flags["root-key"] === undefined ? null : readIssuerKey(flags["root-key"]);
    const none = { "public-key": undefined, "sovereign-id": undefined };
    const { genesis } = readAnchors({ genesis: flags.genesis, ...none });
    const options = fetchOptions({
      allowPrivate: flags["allow-private"] ?? [],
      caFile: flags["ca-file"] ?? null,
      maxBytes: MAX_BYTES,
    });
    const live = await readLiveAuthority(args.url, options, new AbortController().signal);
    const now = instantFromMillis(Date.now());
    const result = await importAuthority(flags.out, live, { rootKey, genesis }, now);
    const report = importedTrust(live.exported.url, flags.out, result);
    const next = `review and commit ${flags.out}; to take the authority over: ${this.config.bin} adopt`;
    this.print(renderImportedTrust(report, next, this.paint(flags)));
    return report;
  }
}
