/** concordat verify feed */
import { integer, string } from "@oclif/core/flags";
import { readJson } from "../../files.js";
import { checkFeed } from "../../verification.js";
import type { Verification } from "../../verification.js";
import { documentArgs, documentFlags, VerifyCommand } from "../../verify-command.js";

export default class VerifyFeed extends VerifyCommand {
  static override summary = "Check a revocation feed.";
  static override description =
    "Exit code 0: accepted. 6: refused, with the reason. 1: the file or a key cannot be read.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> feed.json --issuer-key acme.pub",
    "<%= config.bin %> <%= command.id %> feed.json --issuer-key acme.pub --highest-sequence 41",
  ];
  /** Further keys may follow the file: --issuer-key KEY KEY. oclif reads only a class's own setting. */
  static override strict = false;
  static override args = documentArgs;
  static override flags = {
    ...documentFlags,
    "expected-issuer": string({
      helpValue: "ID",
      description: "Sovereign that must have issued it.",
    }),
    "highest-sequence": integer({
      min: 0,
      helpValue: "N",
      description: "Highest sequence accepted so far: refuse this feed unless its own is higher.",
    }),
  };

  async run(): Promise<Verification> {
    const { args, argv, flags } = await this.parse(VerifyFeed);
    const expected = {
      issuer: flags["expected-issuer"],
      highestSequence: flags["highest-sequence"],
    };
    const given = { ...this.given(flags, argv), ...expected };
    return this.conclude(
      "sovereign_revocation_feed",
      given,
      () => checkFeed(readJson(args.file), given),
      flags,
    );
  }
}
