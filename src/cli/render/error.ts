/** An error as text. */
import type { AppError } from "../../errors.js";
import { hanging } from "./columns.js";
import { renderDiagnostics } from "./diagnostics.js";
import { diagnosticsOf } from "../diagnostics-of.js";
import type { Paint } from "./paint.js";
import { visibleLines } from "./visible.js";

/** Message, way out and code; where the error carries diagnostics they come first, as `validate` shows them. */
export function renderError(error: AppError, paint: Paint): string {
  const diagnostics = diagnosticsOf(error.details);
  const message = visibleLines(error.message).flatMap((line, index) =>
    hanging(index === 0 ? "error: " : "  ", line),
  );
  const lines = [
    ...message.map((line, index) =>
      index === 0 ? line.replace("error:", paint("red", "error:")) : line,
    ),
    ...hanging("  hint: ", visibleLines(error.hint).join(" ")),
    ...hanging("  code: ", error.code),
  ];
  const list = diagnostics.length === 0 ? "" : `${renderDiagnostics(diagnostics, paint)}\n`;
  return `${list}${lines.join("\n")}\n`;
}
