/** Faults in files as text: place, message, the line with a caret, the way out; a count at the end. */
import { COLUMNS, hanging, widthOf } from "./columns.js";
import { excerptWithCaret } from "./excerpt.js";
import type { Paint } from "./paint.js";
import { plural } from "./plural.js";
import { visible, visibleLines } from "./visible.js";

/** A fault at a place; `desired/` makes them, and they travel in the details of `validation_failed`. */
export interface ShownDiagnostic {
  readonly code: string;
  readonly level: "error" | "warning";
  readonly message: string;
  readonly hint: string;
  readonly file: string;
  /** 1-based; `column` counts UTF-16 units. */
  readonly line: number;
  readonly column: number;
  readonly excerpt: string | null;
}

export function renderDiagnostics(diagnostics: readonly ShownDiagnostic[], paint: Paint): string {
  if (diagnostics.length === 0) return "";
  const blocks = diagnostics.map((diagnostic) => block(diagnostic, paint).join("\n"));
  return `${[...blocks, count(diagnostics)].join("\n\n")}\n`;
}

function block(diagnostic: ShownDiagnostic, paint: Paint): string[] {
  const colour = diagnostic.level === "error" ? "red" : "yellow";
  const place = `${visible(diagnostic.file)}:${diagnostic.line}:${diagnostic.column}`;
  return [
    ...hanging("", place).map((line) => paint("bold", line)),
    ...visibleLines(diagnostic.message).flatMap((line, index) => {
      const label = index === 0 ? `  ${diagnostic.level}: ` : "    ";
      return hanging(label, line).map((text) =>
        text.replace(`${diagnostic.level}:`, paint(colour, `${diagnostic.level}:`)),
      );
    }),
    ...excerpt(diagnostic, paint, colour),
    ...hanging("  way out: ", visible(diagnostic.hint)),
    `  code: ${visible(diagnostic.code)}`,
  ];
}

function excerpt(diagnostic: ShownDiagnostic, paint: Paint, colour: "red" | "yellow"): string[] {
  if (diagnostic.excerpt === null) return [];
  const gutter = `  ${String(diagnostic.line).padStart(4)} | `;
  const { text, caret } = excerptWithCaret(
    diagnostic.excerpt,
    diagnostic.column,
    COLUMNS - widthOf(gutter),
  );
  const margin = `${" ".repeat(gutter.length - 2)}| `;
  return [
    (paint("dim", gutter) + text).trimEnd(),
    paint("dim", margin) + " ".repeat(caret) + paint(colour, "^"),
  ];
}

function count(diagnostics: readonly ShownDiagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.level === "error").length;
  const warnings = diagnostics.length - errors;
  const files = new Set(diagnostics.map((diagnostic) => diagnostic.file)).size;
  const kinds = [
    errors > 0 || warnings === 0 ? plural(errors, "error") : "",
    warnings > 0 ? plural(warnings, "warning") : "",
  ];
  return `${kinds.filter((kind) => kind !== "").join(" and ")} in ${plural(files, "file")}.`;
}
