/** What the four verify commands share: their flags, the keys, and the exit code of a refusal. */
import { string } from "@oclif/core/flags";
import { string as stringArg } from "@oclif/core/args";
import { AppError, ERRORS } from "../errors.js";
import type { ErrorCode } from "../errors.js";
import type { Instant } from "../model/time.js";
import { instantFromMillis } from "../protocol/instant.js";
import { BaseCommand } from "./base-command.js";
import { time } from "./flags.js";
import { readIssuerKey } from "./issuer-keys.js";
import { renderVerification } from "./render/verification.js";
import { unreadable } from "./verification.js";
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

/** A file that holds no such document is refused with the code of its first fault: whatever was read gets a decision. */
const FAULTS: ReadonlySet<string> = new Set<ErrorCode>([
  "invalid_json",
  "duplicate_key",
  "non_finite_number",
  "integer_out_of_range",
  "negative_zero",
  "lone_surrogate",
  "invalid_document",
  "bad_time",
]);

interface Given {
  readonly keys: readonly string[];
  readonly now: Instant;
}

export abstract class VerifyCommand extends BaseCommand<Verification> {
  /** Accepted exits 0, refused 6. Only a file or a key that cannot be read is an error. */
  protected conclude(
    type: Verification["type"],
    given: Given,
    check: () => Verification,
    flags: { readonly color: boolean | undefined },
  ): Verification {
    const verification = decide(type, given, check);
    if (!verification.accepted) process.exitCode = ERRORS.verification_refused.exit;
    this.print(renderVerification(verification, this.paint(flags)));
    return verification;
  }

  protected given(
    flags: { readonly "issuer-key": readonly string[]; readonly at?: Instant | undefined },
    [, ...more]: readonly unknown[],
  ): Given {
    return {
      keys: [...flags["issuer-key"], ...more.map(String)].map(readIssuerKey),
      now: flags.at ?? instantFromMillis(Date.now()),
    };
  }
}

function decide(type: Verification["type"], given: Given, check: () => Verification): Verification {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof AppError && FAULTS.has(error.code))) throw error;
    return unreadable(type, error, given);
  }
}
