/** All faults of a tree as the one error that commands and routes show. */
import { AppError } from "../errors.js";
import { counted } from "./counted.js";
import type { Diagnostic } from "./diagnostic.js";

/** An AppError `validation_failed` with every diagnostic in its details. */
export function validationFailed(diagnostics: readonly Diagnostic[]): AppError {
  const errors = diagnostics.filter(({ level }) => level === "error");
  const files = new Set(errors.map(({ file }) => file)).size;
  const message = `the desired state has ${counted(errors.length, "error")} in ${counted(files, "file")}`;
  return new AppError("validation_failed", message, {
    details: { diagnostics: diagnostics.map((diagnostic) => ({ ...diagnostic })) },
  });
}
