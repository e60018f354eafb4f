/** concordat verify treaty */
import { string } from "@oclif/core/flags";
import { readJson } from "../../files.js";
import { checkTreaty } from "../../verification.js";
import type { Verification } from "../../verification.js";
import { documentArgs, documentFlags, VerifyCommand } from "../../verify-command.js";

export default class VerifyTreaty extends VerifyCommand {
  static override summary = "Check a recognition treaty.";
  static override description =
    "Exit code 0: accepted. 6: refused, with the reason. 1: the file is not a treaty.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> treaty.json --issuer-key acme.pub",
    "<%= config.bin %> <%= command.id %> treaty.json --issuer-key acme.pub --at 2026-12-01T00:00:00Z --json",
  ];
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
    const { args, flags } = await this.parse(VerifyTreaty);
    const expected = { issuer: flags["expected-issuer"], subject: flags["expected-subject"] };
    return this.conclude(
      checkTreaty(readJson(args.file), { ...this.given(flags), ...expected }),
      flags,
    );
  }
}
