/** concordat verify genesis */
import { readJson } from "../../files.js";
import { checkGenesis } from "../../verification.js";
import type { Verification } from "../../verification.js";
import { documentArgs, documentFlags, VerifyCommand } from "../../verify-command.js";

export default class VerifyGenesis extends VerifyCommand {
  static override summary = "Check a genesis block with the root key that you know.";
  static override description =
    "Exit code 0: accepted. 6: refused, with the reason. 1: the file is not a genesis block.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> genesis.json --issuer-key root.pub",
    "<%= config.bin %> <%= command.id %> genesis.json --issuer-key root.pub --at 2026-12-01T00:00:00Z --json",
  ];
  static override args = documentArgs;
  static override flags = documentFlags;

  async run(): Promise<Verification> {
    const { args, flags } = await this.parse(VerifyGenesis);
    return this.conclude(checkGenesis(readJson(args.file), this.given(flags)), flags);
  }
}
