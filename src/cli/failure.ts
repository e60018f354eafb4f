/** Whatever was thrown, as the one error type, and as the document that `--json` prints for it. */
import { CLIError } from "@oclif/core/errors";
import { AppError } from "../errors.js";
import type { JsonValue } from "../model/json.js";

const UNKNOWN_COMMAND = /^command (.*) not found\.?$/i;

export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    readonly details: JsonValue;
  };
}

/** An AppError stays itself, a command that does not exist is a usage error, anything else is a bug of ours. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const [, command] = (thrown instanceof CLIError && UNKNOWN_COMMAND.exec(message)) || [];
  if (command !== undefined) {
    return new AppError("usage", `there is no command "${command.replaceAll(":", " ")}"`);
  }
  return new AppError("internal", message, {
    hint: "this is a bug in Concordat; please report it with what CONCORDAT_DEBUG=1 prints",
    cause: thrown,
  });
}

export function errorDocument(error: AppError): ErrorDocument {
  return {
    error: { code: error.code, message: error.message, hint: error.hint, details: error.details },
  };
}
