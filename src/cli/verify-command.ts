/** What the four verify commands share: their flags, the keys, and the exit code of a refusal. */
import { string } from "@oclif/core/flags";
import { string as stringArg } from "@oclif/core/args";
import { ERRORS } from "../errors.js";
import type { Instant } from "../model/time.js";
import { instantFromMillis } from "../protocol/instant.js";
import { BaseCommand } from "./base-command.js";
import { time } from "./flags.js";
import { readIssuerKey } from "./issuer-keys.js";
import { renderVerification } from "./render/verification.js";
import type { Verification } from "./verification.js";

export const documentArgs = {
  file: stringArg({
    required: true,
    ignoreStdin: true,
    description: "The signed document as JSON; - reads standard input.",
  }),
};

const KEY = {
  multiple: true,
  multipleNonGreedy: true,
  helpValue: "KEY",
  description:
    "A public key that may have signed it: base64, @FILE, or a .pub file. Repeat for more.",
} as const;

export const issuerKey = string(KEY);

export const at = time({
  description: "Judge at this moment, e.g. 2026-12-01T00:00:00Z. Default: now.",
});

export const documentFlags = { "issuer-key": string({ ...KEY, required: true }), at };

export abstract class VerifyCommand extends BaseCommand<Verification> {
  /** Accepted exits 0, refused 6. A document that cannot be read is an error of its own, with its own code. */
  protected conclude(
    verification: Verification,
    flags: { readonly color: boolean | undefined },
  ): Verification {
    if (!verification.accepted) process.exitCode = ERRORS.verification_refused.exit;
    this.print(renderVerification(verification, this.paint(flags)));
    return verification;
  }

  protected given(flags: {
    readonly "issuer-key": readonly string[];
    readonly at?: Instant | undefined;
  }): {
    readonly keys: readonly string[];
    readonly now: Instant;
  } {
    return {
      keys: flags["issuer-key"].map(readIssuerKey),
      now: flags.at ?? instantFromMillis(Date.now()),
    };
  }
}
