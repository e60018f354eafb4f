/** The result of a validation as text. */
import type { Validation } from "../validate-folder.js";
import { renderDiagnostics } from "./diagnostics.js";
import type { Paint } from "./paint.js";
import { plural } from "./plural.js";

export function renderValidation(validation: Validation, paint: Paint): string {
  const { valid, resources, files, diagnostics } = validation;
  const list = diagnostics.length === 0 ? "" : renderDiagnostics(diagnostics, paint);
  if (!valid) return list;
  const verdict = `${paint("green", "Valid:")} ${plural(resources, "resource")} in ${plural(files, "file")}.`;
  return `${list === "" ? "" : `${list}\n`}${verdict}\n`;
}
