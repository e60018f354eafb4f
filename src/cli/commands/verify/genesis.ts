/** concordat verify genesis */
import { readJson } from "../../files.js";
import { checkGenesis } from "../../verification.js";
import type { Verification } from "../../verification.js";
import { documentArgs, documentFlags, VerifyCommand } from "../../verify-command.js";

export default class VerifyGenesis extends VerifyCommand {
  static override summary = "Check a genesis block with the root key that you know.";
  static override description =
    "Exit code 0: accepted. 6: refused, with the reason. 1: the file or a key cannot be read.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> genesis.json --issuer-key root.pub",
    "<%= config.bin %> <%= command.id %> genesis.json --issuer-key root.pub --at 2026-12-01T00:00:00Z --json",
  ];
  /** Further keys may follow the file: --issuer-key KEY KEY. oclif reads only a class's own setting. */
  static override strict = false;
  static override args = documentArgs;
  static override flags = documentFlags;

  async run(): Promise<Verification> {
    const { args, argv, flags } = await this.parse(VerifyGenesis);
    const given = this.given(flags, argv);
    return this.conclude("genesis", given, () => checkGenesis(readJson(args.file), given), flags);
  }
}
