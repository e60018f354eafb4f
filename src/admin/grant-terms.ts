/** The terms that every grant must keep to: those of the schemas, and those of the policy that was applied last. */
import { AppError, type ErrorCode } from "../errors.js";
import type { PublicKey } from "../model/documents.js";
import type { Instant, Seconds, Timestamp } from "../model/time.js";
import { freezeAt } from "../plan/gates.js";
import { fromInstant, plusSeconds } from "../protocol/instant.js";
import { parsePublicKey } from "../protocol/public-key.js";
import type { Situation } from "./outcome.js";

/** As `role` in schemas/definitions.schema.json. */
const ROLE =
  /^role:(?:anchor|bridge|client|operator|service:[A-Za-z0-9._-]+)(?::[A-Za-z0-9._:-]+)?$/;
const MAX_ROLE_LENGTH = 128;
const MAX_ID_LENGTH = 256;
const UNPRINTABLE = /[\p{C}\u2028\u2029]/u;

export function isId(text: string): boolean {
  return text !== "" && text.length <= MAX_ID_LENGTH && !UNPRINTABLE.test(text);
}

/** Throws AppError `invalid_role`. */
export function checkRoles(roles: readonly string[]): void {
  const wrong = roles.find((role) => role.length > MAX_ROLE_LENGTH || !ROLE.test(role));
  if (wrong !== undefined)
    throw new AppError("invalid_role", `${JSON.stringify(wrong.slice(0, 64))} is no role`);
}

/** Throws AppError `bad_public_key`, or the given code. */
export function publicKeys(
  texts: readonly string[],
  code: ErrorCode = "bad_public_key",
): readonly PublicKey[] {
  try {
    return [...new Set(texts)].map(parsePublicKey);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(code, error.message, { cause: error });
  }
}

/** The window that so many hours from now make. Throws AppError `invalid_validity_hours`. */
export function windowOfHours(
  hours: number,
  longest: Seconds,
  now: Instant,
): {
  readonly issued_at: Timestamp;
  readonly valid_from: Timestamp;
  readonly expires_at: Timestamp;
} {
  if (!Number.isSafeInteger(hours) || hours < 1)
    throw new AppError("invalid_validity_hours", "validity_hours must be greater than zero");
  if (hours * 3600 > longest)
    throw new AppError("invalid_validity_hours", `the policy allows ${longest} s of validity`);
  const at = fromInstant(now);
  return {
    issued_at: at,
    valid_from: at,
    expires_at: fromInstant(plusSeconds(now, hours * 3600)),
  };
}

/** What holds grants of git back holds these back as well. Throws AppError `plan_refused`. */
export function checkSafetyPolicy({ authority: { policy }, now }: Situation): void {
  const window = freezeAt({ policy }, now);
  if (window !== null)
    throw new AppError("plan_refused", `frozen until ${window.until} (${window.reason})`);
  const { widens } = policy.approvals;
  if (widens > 0)
    throw new AppError("plan_refused", `the policy asks for ${widens} approvals of what widens`);
}
