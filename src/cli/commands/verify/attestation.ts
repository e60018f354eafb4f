/** concordat verify attestation */
import { string } from "@oclif/core/flags";
import { AppError } from "../../../errors.js";
import { readJson } from "../../files.js";
import { readIssuerKey } from "../../issuer-keys.js";
import { checkAttestation } from "../../verification.js";
import type { Verification } from "../../verification.js";
import { at, documentArgs, issuerKey, VerifyCommand } from "../../verify-command.js";

export default class VerifyAttestation extends VerifyCommand {
  static override summary = "Check a membership attestation, by keys or under a treaty.";
  static override description =
    "Exit code 0: accepted. 6: refused, with the reason. 1: a file or a key cannot be read.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> member.json --issuer-key acme.pub --allowed-role role:client",
    "<%= config.bin %> <%= command.id %> member.json --treaty treaty.json --treaty-issuer-key ours.pub",
  ];
  /** Further keys may follow the file: --issuer-key KEY KEY. oclif reads only a class's own setting. */
  static override strict = false;
  static override args = documentArgs;
  static override flags = {
    "issuer-key": issuerKey,
    at,
    "allowed-role": string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "ROLE",
      description: "Refuse any other role. Repeat for more. Default: any role.",
      exclusive: ["treaty"],
    }),
    treaty: string({
      helpValue: "FILE",
      description: "Decide under this treaty: its keys, its scope.",
    }),
    "treaty-issuer-key": string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KEY",
      description: "A public key that may have signed the treaty. Repeat for more.",
      dependsOn: ["treaty"],
    }),
  };

  async run(): Promise<Verification> {
    const { args, argv, flags } = await this.parse(VerifyAttestation);
    const treatyKeys = flags["treaty-issuer-key"] ?? [];
    const keys = flags["issuer-key"] ?? [];
    if ((flags.treaty === undefined ? keys : treatyKeys).length === 0) {
      throw new AppError(
        "usage",
        "give --issuer-key KEY, or --treaty FILE with --treaty-issuer-key KEY",
      );
    }
    const given = {
      ...this.given({ "issuer-key": keys, at: flags.at }, argv),
      allowedRoles: flags["allowed-role"] ?? [],
      treatyKeys: treatyKeys.map(readIssuerKey),
    };
    const check = (): Verification => {
      const treaty = flags.treaty === undefined ? null : readJson(flags.treaty);
      return checkAttestation(readJson(args.file), { ...given, treaty });
    };
    return this.conclude("membership_attestation", given, check, flags);
  }
}
