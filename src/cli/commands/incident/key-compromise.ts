/** concordat incident key-compromise */
import { string as stringArg } from "@oclif/core/args";
import { boolean, string } from "@oclif/core/flags";
import { keyCompromise } from "../../../incident/key-compromise/key-compromise.js";
import type { IncidentResult } from "../../../model/incident.js";
import { readPrivateKey } from "../../../sign/key-file.js";
import { BaseCommand } from "../../base-command.js";
import { config, controlSocket, db, incident, ref, repo, time } from "../../flags.js";
import { incidentTools, placed } from "../../incident-tools.js";
import { renderIncident } from "../../render/incident.js";
import { replacementKey } from "../../replacement-key.js";
import { resolveSettings } from "../../settings.js";

export default class KeyCompromise extends BaseCommand<IncidentResult> {
  static override summary = "Answer an operator key that others may hold.";
  static override description = [
    "Drafts a branch that retires the key, adds its replacement and revokes what it issued; lists all that it signed in the window",
    "with its effect now; shows that the key is refused. Run it again as often as needed. Exit code 3 when what was asked for is refused.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> operator-root --since 2026-11-22T00:00:00Z --now --generate",
    "<%= config.bin %> <%= command.id %> operator-root --since 2026-11-22T00:00:00Z --replacement new.pub",
  ];
  static override args = {
    key: stringArg({ required: true, ignoreStdin: true, description: "Its key id." }),
  };
  static override flags = {
    since: time({ required: true, description: "From when on nothing it signed is believed." }),
    until: time({ description: "End of the window. Default: now." }),
    now: boolean({
      default: false,
      description: "Revoke the key at once, without waiting for a merge.",
    }),
    replacement: string({
      helpValue: "FILE",
      exclusive: ["generate"],
      description: "Public key file of the new key.",
    }),
    generate: boolean({ description: "Make the new key's pair in the folder of keys." }),
    "replacement-id": string({
      helpValue: "ID",
      description: "Key id of the new key. Default: the old one's, counted up.",
    }),
    operator: string({
      helpValue: "NAME",
      description: "Holder of the new key. Default: the old one's.",
    }),
    url: string({
      helpValue: "URL",
      dependsOn: ["key-file"],
      description: "Service to send a request to that the old key signs; 401 is expected.",
    }),
    "key-file": string({
      helpValue: "FILE",
      dependsOn: ["url"],
      description: "The compromised private key, for --url.",
    }),
    incident,
    repo,
    ref,
    db,
    config,
    "control-socket": controlSocket,
  };

  async run(): Promise<IncidentResult> {
    const { args, flags } = await this.parse(KeyCompromise);
    const { since, until, now, url, "key-file": file } = flags;
    const settings = resolveSettings(flags, process.env);
    const tools = incidentTools(settings, { ...flags, version: this.config.version });
    const answered = await keyCompromise(tools, {
      keyId: args.key,
      window: { since, until: until ?? null },
      now,
      replacement: replacementKey(args.key, settings.keysDir, flags),
      probe: url === undefined || file === undefined ? null : { url, key: readPrivateKey(file) },
    });
    const result = placed(answered, flags, settings);
    if (result.is_refused) process.exitCode = 3;
    this.print(renderIncident(result, this.paint(flags)));
    return result;
  }
}
