/** A schema error in the words of the people who write the files. */
import type { ErrorObject } from "ajv/dist/2020.js";
import { printable, quoted } from "./characters.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";
import { suggestion } from "./nearest.js";
import { readablePath } from "./pointer.js";
import { API_VERSION } from "./schema-validator.js";

export interface SchemaFault {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint: string | undefined;
  /** Set when the fault is a key of the map at the error's path, not the map itself. */
  readonly key: string | undefined;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  null: "empty",
};

const AMOUNTS: Readonly<Record<string, (limit: unknown) => string>> = {
  minLength: (limit) => `at least ${String(limit)} characters`,
  maxLength: (limit) => `at most ${String(limit)} characters`,
  minItems: (limit) => `at least ${String(limit)} in its list`,
  maxItems: (limit) => `at most ${String(limit)} in its list`,
  maxProperties: (limit) => `at most ${String(limit)} keys`,
};

/** The fault of one error, or null for an error of a branch: the choice above it says what is asked for. */
export function schemaFault(error: ErrorObject): SchemaFault | null {
  const { keyword, params, schema, parentSchema, data } = error;
  if (keyword === "if" || error.schemaPath.includes("/oneOf/")) return null;
  const what = readablePath(error.instancePath);
  const title = titleOf(parentSchema);
  switch (keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      return fault(
        "unknown_field",
        `${what} has no field ${quoted(key)}`,
        suggestion(key, fieldsOf(parentSchema), "remove it"),
        key,
      );
    }
    case "required": {
      const field = String(params["missingProperty"]);
      return fault("missing_field", `${what} needs the field ${field}`, `add ${field}`);
    }
    case "type":
      return wrongType(what, String(params["type"]), data);
    case "const":
    case "enum": {
      if (error.instancePath === "/apiVersion")
        return fault(
          "unknown_api_version",
          `the apiVersion ${shown(data)} is not known`,
          `write apiVersion: ${API_VERSION}`,
        );
      const known = (Array.isArray(schema) ? schema : [schema]).map(String);
      return fault(
        "unknown_value",
        `${what} does not know ${shown(data)}`,
        suggestion(String(data), known, `write ${known.join(" or ")}`),
      );
    }
    case "pattern":
      return fault(
        "bad_format",
        `${what} is ${shown(data)}`,
        `write ${title ?? "what the schema asks for"}`,
      );
    case "minimum":
    case "maximum":
      return fault(
        "out_of_range",
        `${what} must be at ${keyword === "minimum" ? "least" : "most"} ${String(params["limit"])}, not ${shown(data)}`,
      );
    case "oneOf":
      return fault(
        "conflicting_fields",
        `${what}: ${title ?? "exactly one of its forms is needed"}`,
      );
    case "not":
      return fault(
        "conflicting_fields",
        `${what}: ${titleOf(schema) ?? "these fields exclude each other"}`,
      );
    default:
      return fault(
        "bad_length",
        `${what} must have ${AMOUNTS[keyword]?.(params["limit"]) ?? keyword}`,
        title && `write ${title}`,
      );
  }
}

function wrongType(what: string, type: string, data: unknown): SchemaFault {
  if (data === null)
    return fault("wrong_type", `${what} is empty`, "give it a value, or remove the line");
  const message = `${what} must be ${TYPE_NAMES[type] ?? type}, not ${TYPE_NAMES[typeName(data)] ?? "another type"}`;
  if (!isScalar(data)) return fault("wrong_type", message);
  const text = String(data);
  if (type === "string") return fault("wrong_type", message, `write ${quoted(text)}`);
  if (type === "array")
    return fault("wrong_type", message, `write [${printable(text).slice(0, 60)}]`);
  return fault(
    "wrong_type",
    message,
    type === "integer" && /^[0-9]+$/.test(text)
      ? `write ${text.slice(0, 60)} without quotes`
      : undefined,
  );
}

function isScalar(data: unknown): data is string | number | boolean {
  return typeof data === "string" || typeof data === "number" || typeof data === "boolean";
}

function typeName(data: unknown): string {
  return Array.isArray(data) ? "array" : typeof data;
}

function shown(data: unknown): string {
  return typeof data === "string" ? quoted(data) : String(data);
}

function titleOf(schema: unknown): string | undefined {
  const title =
    typeof schema === "object" && schema !== null && "title" in schema ? schema.title : undefined;
  return typeof title === "string" ? title : undefined;
}

function fieldsOf(schema: unknown): readonly string[] {
  const fields =
    typeof schema === "object" && schema !== null && "properties" in schema
      ? schema.properties
      : undefined;
  return typeof fields === "object" && fields !== null ? Object.keys(fields) : [];
}

function fault(code: DiagnosticCode, message: string, hint?: string, key?: string): SchemaFault {
  return { code, message, hint, key };
}
