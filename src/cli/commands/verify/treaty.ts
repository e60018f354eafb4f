/** concordat verify treaty */
import { string } from "@oclif/core/flags";
import { readJson } from "../../files.js";
import { checkTreaty } from "../../verification.js";
import type { Verification } from "../../verification.js";
import { documentArgs, documentFlags, VerifyCommand } from "../../verify-command.js";

export default class VerifyTreaty extends VerifyCommand {
  static override summary = "Check a recognition treaty.";
  static override description =
    "Exit code 0: accepted. 6: refused, with the reason. 1: the file or a key cannot be read.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> treaty.json --issuer-key acme.pub",
    "<%= config.bin %> <%= command.id %> treaty.json --issuer-key acme.pub --at 2026-12-01T00:00:00Z --json",
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
    "expected-subject": string({
      helpValue: "ID",
      description: "Sovereign that it must recognise.",
    }),
  };

  async run(): Promise<Verification> {
    const { args, argv, flags } = await this.parse(VerifyTreaty);
    const expected = { issuer: flags["expected-issuer"], subject: flags["expected-subject"] };
    const given = { ...this.given(flags, argv), ...expected };
    return this.conclude(
      "recognition_treaty",
      given,
      () => checkTreaty(readJson(args.file), given),
      flags,
    );
  }
}
