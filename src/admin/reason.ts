/** Reasons of revocations: they go into the audit, into our feed and onto screens. */
import { AppError } from "../errors.js";

const MAX_LENGTH = 1024;
const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const SUCCESSION = /^(?:replaced_by|renewed_by):(.*)$/s;

/** Throws AppError `bad_request` unless it is 1 to 1024 characters without control characters. */
export function checkReason(reason: string): void {
  if (reason === "" || reason.length > MAX_LENGTH || CONTROL.test(reason)) {
    throw new AppError(
      "bad_request",
      `a reason is 1 to ${MAX_LENGTH} characters without control characters`,
    );
  }
}

/** The id of the successor that a reason names (protocol.md 5), or null. */
export function successorIn(reason: string): string | null {
  return SUCCESSION.exec(reason)?.[1] ?? null;
}
