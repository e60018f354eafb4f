/** concordat genesis sign */
import { string } from "@oclif/core/flags";
import { join } from "node:path";
import type { Timestamp } from "../../../model/time.js";
import { prettyJson } from "../../../protocol/canonical.js";
import { documentJson, parseGenesis } from "../../../protocol/documents.js";
import { instantFromMillis, parseDuration } from "../../../protocol/instant.js";
import { parseJson } from "../../../protocol/json.js";
import { parsePublicKey } from "../../../protocol/public-key.js";
import { readPrivateKey } from "../../../sign/key-file.js";
import { nextGenesis, YEAR } from "../../../scaffold/genesis.js";
import { BaseCommand } from "../../base-command.js";
import { readJson, writeOutput } from "../../files.js";
import { repo } from "../../flags.js";
import { readIssuerKey } from "../../issuer-keys.js";
import { visible } from "../../render/visible.js";
import { resolveSettings } from "../../settings.js";

interface SignedGenesis {
  readonly file: string;
  readonly public_key: string;
  readonly key_changed: boolean;
  readonly valid_from: Timestamp;
  readonly valid_to: Timestamp;
}

export default class GenesisSign extends BaseCommand<SignedGenesis> {
  static override summary = "Sign the genesis anew: before it ends, or for a new authority key.";
  static override description =
    "Replaces genesis.json in the work tree; commit it, plan and apply as any change. The root key is needed for nothing else.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --root-key /media/offline/root.key",
    "<%= config.bin %> <%= command.id %> --root-key root.key --public-key authority-2.pub",
  ];
  static override flags = {
    repo,
    "root-key": string({
      required: true,
      helpValue: "FILE",
      description: "The root's private key.",
    }),
    "public-key": string({
      helpValue: "KEY",
      description:
        "The authority's next public key: base64, @FILE, or a .pub file. Default: the present one.",
    }),
    for: string({
      helpValue: "TIME",
      description: "How long it counts, e.g. 365d. Default: 365d.",
    }),
  };

  async run(): Promise<SignedGenesis> {
    const { flags } = await this.parse(GenesisSign);
    const file = join(resolveSettings(flags, process.env).repo, "genesis.json");
    const present = parseGenesis(readJson(file));
    const key = flags["public-key"];
    const authority = parsePublicKey(
      key === undefined ? present.body.network_authority.public_key : readIssuerKey(key),
    );
    const seconds = flags.for === undefined ? YEAR : parseDuration(flags.for);
    const now = instantFromMillis(Date.now());
    const genesis = nextGenesis(
      present,
      authority,
      readPrivateKey(flags["root-key"]),
      now,
      seconds,
    );
    writeOutput(file, `${prettyJson(parseJson(documentJson(genesis)))}\n`, false);
    const { public_key, valid_from, valid_to } = genesis.body.network_authority;
    const key_changed = public_key !== present.body.network_authority.public_key;
    const also = key_changed ? "Set publicKey in authority.yaml to the new key. " : "";
    this.print(`${visible(file)} counts until ${valid_to}.\n${also}Commit it, plan and apply.\n`);
    return { file, public_key, key_changed, valid_from, valid_to };
  }
}
