/** Reads diagnostics back out of an error's details, where they travel as JSON. */
import type { JsonObject, JsonValue } from "../model/json.js";
import { isJsonObject } from "../protocol/json.js";
import type { ShownDiagnostic } from "./render/diagnostics.js";

/** The diagnostics in `{diagnostics: [...]}`; none for any other details. */
export function diagnosticsOf(details: JsonValue): readonly ShownDiagnostic[] {
  const list = isJsonObject(details) ? details["diagnostics"] : null;
  return Array.isArray(list) ? list.filter(isJsonObject).map(diagnosticOf) : [];
}

function diagnosticOf(value: JsonObject): ShownDiagnostic {
  const excerpt = value["excerpt"];
  return {
    code: text(value["code"]),
    level: value["level"] === "warning" ? "warning" : "error",
    message: text(value["message"]),
    hint: text(value["hint"]),
    file: text(value["file"]),
    line: whole(value["line"]),
    column: whole(value["column"]),
    excerpt: typeof excerpt === "string" ? excerpt : null,
  };
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function whole(value: JsonValue | undefined): number {
  return typeof value === "number" ? value : 1;
}
