/** What the tests of this folder ask of an action that refuses. */
import { AppError } from "../../../src/errors.js";
import type { ErrorCode } from "../../../src/errors.js";
import type { JsonValue } from "../../../src/model/json.js";

/** The AppError that `action` throws; null when it returns. Another error is passed on. */
function refusalOf(action: () => unknown): AppError | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

export function codeOf(action: () => unknown): ErrorCode | null {
  return refusalOf(action)?.code ?? null;
}

export function detailsOf(action: () => unknown): JsonValue {
  return refusalOf(action)?.details ?? null;
}

/** The JSON pointer an `invalid_document` names; null when the document is read. */
export function pointerOf(action: () => unknown): JsonValue {
  const refusal = refusalOf(action);
  if (refusal !== null && refusal.code !== "invalid_document") throw refusal;
  return refusal?.details ?? null;
}
